// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-unlocked-setref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Objects that the function has made itself, by each way that leads to one; and one that it may have got.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
#define TYPE(T) typedef struct { PyObject_HEAD PyObject *f; Py_ssize_t n; } T;

// In place of what the variable held before.
TYPE(Replaced)
#define REPLACE(o)                                                                                                     \
  do {                                                                                                                 \
    Replaced *new_ = PyObject_New(Replaced, Py_TYPE(o));                                                               \
    Py_DECREF(o);                                                                                                      \
    o = new_;                                                                                                          \
  } while (0)
static PyObject *replaced(PyObject *op, PyObject *value) {
  Replaced *it = (Replaced *)Py_NewRef(value);
  if (it->n > 3) {
    REPLACE(it);
    if (it == NULL)
      return NULL;
    Py_XSETREF(it->f, Py_NewRef(op));
    it->n++;
  }
  return (PyObject *)it;
}
METHOD(replaced)

// An element of an array of the caller's.
TYPE(Element)
static int element(PyObject *op, Element *out[2]) {
  out[0] = PyObject_New(Element, Py_TYPE(op));
  if (!out[0])
    return -1;
  out[0]->n++;
  return 0;
}
static PyObject *elements(PyObject *op, PyObject *unused) {
  Element *made[2];
  return element(op, made) < 0 ? NULL : (PyObject *)made[0];
}
METHOD(elements)

// Through the table of another module, behind a macro.
TYPE(Remote)
extern void **surface_api;
#define surface_New (*(PyObject * (*)(int)) surface_api[3])
static PyObject *remote(PyObject *op, PyObject *value) {
  Remote *it = (Remote *)surface_New(3);
  Py_XSETREF(it->f, Py_NewRef(value));
  it->n++;
  return (PyObject *)it;
}
METHOD(remote)

// By a helper whose error path returns what never is an object.
TYPE(Checked)
static Checked *checked_new(PyTypeObject *type, int error) {
  if (error)
    return (Checked *)PyErr_NoMemory();
  return PyObject_New(Checked, type);
}
static PyObject *checked(PyObject *op, PyObject *value) {
  Checked *it = checked_new(Py_TYPE(op), value == NULL);
  Py_XSETREF(it->f, Py_NewRef(value));
  it->n++;
  return (PyObject *)it;
}
METHOD(checked)

// Taken out of a list, which this thread has then alone.
TYPE(Pooled)
static _Thread_local Pooled *pool[16];
static _Thread_local int pooled_count;
static Pooled *pooled_get(PyTypeObject *type) {
  Pooled *it;
  if (pooled_count)
    it = pool[--pooled_count];
  else
    it = PyObject_New(Pooled, type);
  return it;
}
static PyObject *pooled(PyObject *op, PyObject *value) {
  Pooled *it = pooled_get(Py_TYPE(op));
  it->n++;
  return (PyObject *)it;
}
METHOD(pooled)

// On one path only: another thread can have it.
TYPE(Maybe)
static PyObject *maybe(PyObject *op, PyObject *value) {
  Maybe *it = (Maybe *)value;
  if (op == value)
    it = PyObject_New(Maybe, Py_TYPE(op));
  it->n++;
  return Py_NewRef((PyObject *)it);
}
METHOD(maybe)

// New once, but given something else since.
TYPE(Overwritten)
static PyObject *overwritten(PyObject *op, PyObject *value) {
  Overwritten *it = PyObject_New(Overwritten, Py_TYPE(op));
  Py_XDECREF(it);
  it = (Overwritten *)value;
  it->n++;
  return Py_NewRef((PyObject *)it);
}
METHOD(overwritten)

// A function that may return what is there.
TYPE(Shared)
PyObject *shared_get_or_create(int);
static PyObject *shared(PyObject *op, PyObject *value) {
  Shared *it = (Shared *)shared_get_or_create(1);
  it->n++;
  return (PyObject *)it;
}
METHOD(shared)
// CHECK: :[[@LINE-25]]:3: warning: 'Maybe.n' is modified in 'maybe' without synchronisation while another thread runs the same function; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-23]]:1: note: 'maybe' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-27]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-17]]:3: warning: 'Overwritten.n' is modified in 'overwritten' without synchronisation while another thread runs the same function; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-15]]:1: note: 'overwritten' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-19]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-10]]:3: warning: 'Shared.n' is modified in 'shared' without synchronisation while another thread runs the same function; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-8]]:1: note: 'shared' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-12]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
