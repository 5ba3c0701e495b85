// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Fields that a function overwrites while it works and then puts back, through getters too.
#include <Python.h>

#define METHOD(f) static PyMethodDef f##_method[] = {{#f, f, METH_O}, {0}};

typedef struct { PyObject_HEAD } Array;
typedef struct { PyObject_HEAD long *sizes; int rank; } ArrayFields;
static inline long *sizes(Array *a) { return ((ArrayFields *)a)->sizes; }
static inline long size(Array *a, int axis) { return ((ArrayFields *)a)->sizes[axis]; }
PyObject *like(Array *a);

// Who calls it is not seen, but it works on an object for Python code.
PyObject *repeat(Array *a, PyObject *times, int axis) {
  long n = size(a, axis);
  sizes(a)[axis] = n * PyLong_AsLong(times);
  PyObject *result = like(a);
  sizes(a)[axis] = n;
  return result;
}

typedef struct { PyObject_HEAD int depth, guarded; PyMutex mutex; } Parser;
static PyObject *parse(PyObject *self, PyObject *value) {
  Parser *p = (Parser *)self;
  int before = p->depth;
  p->depth = 1;
  PyObject *result = PyObject_CallNoArgs(value);
  p->depth = before;
  return result;
}
METHOD(parse)

// Under a lock, and in an object of the function's own.
static PyObject *parse_guarded(PyObject *self, PyObject *value) {
  Parser *p = (Parser *)self;
  PyMutex_Lock(&p->mutex);
  int before = p->guarded;
  p->guarded = 1;
  like((Array *)value);
  p->guarded = before;
  PyMutex_Unlock(&p->mutex);
  Py_RETURN_NONE;
}
METHOD(parse_guarded)
typedef struct { PyObject_HEAD int step; } Fresh;
static PyObject *make(PyObject *self, PyObject *value) {
  Fresh *f = PyObject_New(Fresh, Py_TYPE(self));
  int before = f->step;
  f->step = 1;
  like((Array *)value);
  f->step = before;
  return (PyObject *)f;
}
METHOD(make)
// CHECK: :[[@LINE-37]]:3: warning: '*ArrayFields.sizes' is changed in 'repeat' for a while and put back without synchronisation; others see the temporary value, and lose what they store meanwhile [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-42]]:11: note: 'repeat' can be called from elsewhere, by any thread
// CHECK-NEXT: :[[@LINE-41]]:3: note: 'repeat' writes 'sizes' and reads 'sizes'
// CHECK-NEXT: :[[@LINE-40]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: :[[@LINE-31]]:3: warning: 'Parser.depth' is changed in 'parse' for a while and put back without synchronisation; others see the temporary value, and lose what they store meanwhile [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-29]]:1: note: 'parse' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-35]]:3: note: 'parse' writes 'depth' and reads 'depth'
// CHECK-NEXT: :[[@LINE-34]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
