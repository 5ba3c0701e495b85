// RUN: %both --checks='-*,ungil-mixed-atomic-access' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// CPython's functions.
typedef struct {
  PyObject_HEAD
  int state;
  long count;
} Worker;
static PyObject *start(PyObject *self, PyObject *unused) {
  _Py_atomic_store_int(&((Worker *)self)->state, 1);
  Py_RETURN_NONE;
}
METHOD(start)
static PyObject *is_running(PyObject *self, PyObject *unused) {
  return PyBool_FromLong(((Worker *)self)->state); // BAD
}
METHOD(is_running)

// The compiler's builtins; the plain side writes.
static long total;
static PyObject *get_total(PyObject *module, PyObject *unused) {
  return PyLong_FromLong(__atomic_load_n(&total, __ATOMIC_ACQUIRE));
}
METHOD(get_total)
static PyObject *set_total(PyObject *module, PyObject *value) {
  total = PyLong_AsLong(value); // BAD
  Py_RETURN_NONE;
}
METHOD(set_total)
static PyObject *print_total(PyObject *module, PyObject *unused) {
  return PyUnicode_FromFormat("%ld", total);
}
METHOD(print_total)

// A lock on the plain side alone keeps nothing apart.
static PyMutex lock;
static int users;
static PyObject *enter(PyObject *module, PyObject *unused) {
  __sync_fetch_and_add(&users, 1);
  Py_RETURN_NONE;
}
METHOD(enter)
static PyObject *reset(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&lock);
  users = 0; // BAD
  PyMutex_Unlock(&lock);
  Py_RETURN_NONE;
}
METHOD(reset)
