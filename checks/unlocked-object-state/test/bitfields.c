// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// A store to a bit-field writes the whole word: a store to its neighbour gets lost.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  unsigned open : 1, dirty : 1;
  unsigned alone : 1;
} Stream;
static PyObject *touch(PyObject *op, PyObject *unused) {
  ((Stream *)op)->dirty = 1;
  Py_RETURN_NONE;
}
METHOD(touch)
static PyObject *closes(PyObject *op, PyObject *unused) {
  ((Stream *)op)->open = 0;
  Py_RETURN_NONE;
}
METHOD(closes)

// Nothing else in the word is written: a plain flag.
typedef struct {
  PyObject_HEAD
  unsigned open : 1;
  unsigned flavour : 3;
} Single;
static PyObject *closes_single(PyObject *op, PyObject *unused) {
  Single *self = (Single *)op;
  self->open = 0;
  return PyLong_FromLong(self->flavour);
}
METHOD(closes_single)

// Another word, with a field of its own between them.
typedef struct {
  PyObject_HEAD
  unsigned open : 1;
  int number;
  unsigned dirty : 1;
} Apart;
static PyObject *apart(PyObject *op, PyObject *unused) {
  Apart *self = (Apart *)op;
  self->open = 0;
  self->dirty = 1;
  return PyLong_FromLong(self->number);
}
METHOD(apart)

typedef struct {
  PyObject_HEAD
  unsigned open : 1, dirty : 1;
} Locked;
static PyObject *locked(PyObject *op, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(op);
  ((Locked *)op)->open = 0;
  ((Locked *)op)->dirty = 1;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(locked)
// CHECK: :[[@LINE-50]]:3: warning: 'Stream.dirty' (with the bit-fields beside it) is modified in 'touch' without synchronisation while 'closes' modifies it; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-48]]:1: note: 'touch' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-47]]:3: note: modified here in 'closes'
// CHECK-NEXT: :[[@LINE-45]]:1: note: 'closes' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-54]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
