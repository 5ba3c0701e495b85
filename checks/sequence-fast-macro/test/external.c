// What the callers in this unit give to a function that other units call too.
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

PyObject *first_of(PyObject *items);
PyObject *second_of(PyObject *items);

// All of them a tuple of their own: others may give a list, but nothing says so.
PyObject *first_of(PyObject *items) { return Py_NewRef(PySequence_Fast_GET_ITEM(items, 0)); }
static PyObject *of_own(PyObject *self, PyObject *arg) {
  PyObject *items = PyTuple_Pack(1, arg);
  PyObject *first = items ? first_of(items) : NULL;
  Py_XDECREF(items);
  return first;
}

// One of them what it was given itself.
// CHECK: external.c:[[@LINE+1]]:47: warning: 'PyList_GET_ITEM' reads the storage of the argument 'items'
PyObject *second_of(PyObject *items) { return Py_NewRef(PyList_GET_ITEM(items, 1)); }
// CHECK: note: 'of_argument' is a method
// CHECK: note: which calls 'second_of' here
// CHECK: external.c:[[@LINE-3]]:47: note: read items with PyList_GetItemRef
static PyObject *of_argument(PyObject *self, PyObject *arg) {
  if (!PyList_Check(arg))
    return NULL;
  return second_of(arg);
}

PyMethodDef methods[] = {{"of_own", of_own, METH_O, NULL},
                         {"of_argument", of_argument, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
