// RUN: %both --checks='-*,ungil-unlocked-setref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-setref' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  PyObject *wrapped, *callback, *name, *extra;
} Proxy;

// The macros.
static PyObject *set_callback(PyObject *op, PyObject *value) {
  Py_XSETREF(((Proxy *)op)->callback, Py_NewRef(value));
  Py_RETURN_NONE;
}
METHOD(set_callback)
static PyObject *get_callback(PyObject *op, PyObject *unused) {
  return Py_XNewRef(((Proxy *)op)->callback);
}
METHOD(get_callback)

// Old value in a local variable.
static int set_wrapped(PyObject *op, PyObject *value, void *closure) {
  Proxy *self = (Proxy *)op;
  PyObject *old = self->wrapped;
  self->wrapped = Py_NewRef(value);
  Py_XDECREF(old);
  return 0;
}
PyGetSetDef proxy_getset[] = {{"wrapped", NULL, set_wrapped, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};

// Released first, which lets Python code see the dead object even with one thread. Twice, so the second is a note.
static PyObject *rename_to(PyObject *op, PyObject *value) {
  Proxy *self = (Proxy *)op;
  Py_XDECREF(self->name);
  self->name = Py_NewRef(value);
  Py_RETURN_NONE;
}
METHOD(rename_to)
static PyObject *forget(PyObject *op, PyObject *unused) {
  Py_CLEAR(((Proxy *)op)->name);
  Py_RETURN_NONE;
}
METHOD(forget)

// tp_clear that a method calls is no tear-down.
static int proxy_clear(PyObject *op) {
  Py_CLEAR(((Proxy *)op)->extra);
  return 0;
}
static PyObject *clear(PyObject *op, PyObject *unused) {
  proxy_clear(op);
  Py_RETURN_NONE;
}
METHOD(clear)
PyType_Slot proxy_slots[] = {{Py_tp_clear, (void *)proxy_clear}, {0, NULL}};
// CHECK: end of report
