// The state that __setstate__ gets was made for it, by pickle or copy; so were its parts. Other methods' arguments are shared.
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *code;
} Error;

static PyObject *error_setstate(PyObject *self, PyObject *state) {
  Py_XINCREF(((Error *)self)->code = PyDict_GetItemString(state, "code"));
  Py_RETURN_NONE;
}

static PyObject *parsed_setstate(PyObject *self, PyObject *args) {
  PyObject *fields;
  if (!PyArg_ParseTuple(args, "O", &fields))
    return NULL;
  return Py_XNewRef(PyDict_GetItemString(fields, "code"));
}

static PyObject *error_update(PyObject *self, PyObject *state) {
  return Py_XNewRef(PyDict_GetItemString(state, "code"));
  // CHECK: :[[@LINE-1]]:10: warning: 'PyDict_GetItemString' returns a reference borrowed from the argument 'state'
  // CHECK-NEXT: note: 'error_update' is a method
  // CHECK-NEXT: note: the object can be freed
  // CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores
}

static PyObject *parsed_update(PyObject *self, PyObject *args) {
  PyObject *fields;
  if (!PyArg_ParseTuple(args, "O", &fields))
    return NULL;
  return Py_XNewRef(PyDict_GetItemString(fields, "code"));
  // CHECK: :[[@LINE-1]]:10: warning: 'PyDict_GetItemString' returns a reference borrowed from 'fields'
  // CHECK-NEXT: note: 'parsed_update' is a method
  // CHECK-NEXT: note: the object can be freed
  // CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores
}

// Both under one name and under another: shared.
static PyObject *both(PyObject *self, PyObject *state) {
  return Py_XNewRef(PyDict_GetItemString(state, "code"));
  // CHECK: :[[@LINE-1]]:10: warning: 'PyDict_GetItemString' returns a reference borrowed from the argument 'state'
  // CHECK-NEXT: note: 'both' is a method
  // CHECK-NEXT: note: the object can be freed
  // CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores
}

PyMethodDef methods[] = {{"__setstate__", error_setstate, METH_O, NULL},
                         {"update", error_update, METH_O, NULL},
                         {"__setstate__", both, METH_O, NULL},
                         {"both", both, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
PyMethodDef more[] = {{"__setstate__", parsed_setstate, METH_VARARGS, NULL},
                      {"update", parsed_update, METH_VARARGS, NULL},
                      {NULL, NULL, 0, NULL}};
// CHECK: end of report
