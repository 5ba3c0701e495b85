// Sequences that a test says are tuples, whose storage does not change.
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

static PyObject *tested_before(PyObject *self, PyObject *argument) {
  PyObject *first = NULL;
  if (PyTuple_CheckExact(argument)) {
    PyObject *items = PySequence_Fast(argument, "");
    first = items ? Py_NewRef(PySequence_Fast_GET_ITEM(items, 0)) : NULL;
    Py_XDECREF(items);
  }
  return first;
}

static PyObject *tested_subclass(PyObject *self, PyObject *argument) {
  if (PyTuple_Check(argument))
    return Py_NewRef(PySequence_Fast_GET_ITEM(argument, 0));
  Py_RETURN_NONE;
}

// The names of keyword arguments are a tuple, and are asked for as one.
static PyObject *names(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *kwnames) {
  Py_ssize_t given = kwnames ? PyTuple_GET_SIZE(kwnames) : 0;
  return given ? Py_NewRef(PySequence_Fast_GET_ITEM(kwnames, 0)) : Py_NewRef(Py_None);
}

// The test is of something else.
static PyObject *tested_other(PyObject *self, PyObject *argument) {
  if (PyTuple_CheckExact(self))
    return Py_NewRef(PySequence_Fast_GET_ITEM(argument, 0));
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-3]]:12: {{error|warning}}: 'PySequence_Fast_GET_ITEM' reads the storage of the argument 'argument'
// CHECK-NEXT: note: 'tested_other' is a method
// CHECK-NEXT: note: read items with PyList_GetItemRef

static PyObject *tested_and_sized(PyObject *self, PyObject *argument) {
  if (PyTuple_Check(argument) && PyTuple_GET_SIZE(argument) > 0)
    return Py_NewRef(PySequence_Fast_GET_ITEM(argument, 0));
  Py_RETURN_NONE;
}

// Tests that lists pass too.
#define fast_check(o) (PyList_Check(o) || PyTuple_Check(o))
static PyObject *either(PyObject *self, PyObject *argument) {
  if (fast_check(argument))
    return Py_NewRef(PySequence_Fast_GET_ITEM(argument, 0));
  Py_RETURN_NONE;
}
// CHECK-NEXT: :[[@LINE-3]]:12: {{error|warning}}: 'PySequence_Fast_GET_ITEM' reads the storage of the argument 'argument'
// CHECK-NEXT: note: 'either' is
// CHECK-NEXT: note: read items with PyList_GetItemRef
static PyObject *neither(PyObject *self, PyObject *argument) {
  if (!PyTuple_Check(argument) && PySequence_Fast_GET_SIZE(argument))
    return Py_NewRef(PySequence_Fast_GET_ITEM(argument, 0));
  Py_RETURN_NONE;
}
// CHECK-NEXT: :[[@LINE-3]]:12: {{error|warning}}: 'PySequence_Fast_GET_ITEM' reads the storage of the argument 'argument'
// CHECK-NEXT: note: 'neither' is
// CHECK-NEXT: note: read items with PyList_GetItemRef
static PyObject *forced(PyObject *self, PyObject *const *args, Py_ssize_t n) {
  if (n == 2 && (PyTuple_CheckExact(args[0]) || args[1] == Py_True))
    return Py_NewRef(PySequence_Fast_GET_ITEM(args[0], 0));
  Py_RETURN_NONE;
}
// CHECK-NEXT: :[[@LINE-3]]:12: {{error|warning}}: 'PySequence_Fast_GET_ITEM' reads the storage of
// CHECK-NEXT: note: 'forced' is
// CHECK-NEXT: note: read items with PyList_GetItemRef
static PyObject *sized_in_branch(PyObject *self, PyObject *argument) {
  Py_ssize_t n = PyTuple_Check(argument) ? PyTuple_GET_SIZE(argument) : PySequence_Size(argument);
  return n > 0 ? Py_NewRef(PySequence_Fast_GET_ITEM(argument, 0)) : NULL;
}
// CHECK-NEXT: :[[@LINE-2]]:18: {{error|warning}}: 'PySequence_Fast_GET_ITEM' reads the storage of the argument 'argument'
// CHECK-NEXT: note: 'sized_in_branch' is
// CHECK-NEXT: note: read items with PyList_GetItemRef
// CHECK-NEXT: end of report

PyMethodDef methods[] = {{"tested_before", tested_before, METH_O, NULL},
                         {"tested_subclass", tested_subclass, METH_O, NULL},
                         {"names", (PyCFunction)(void (*)(void))names, METH_FASTCALL | METH_KEYWORDS, NULL},
                         {"tested_other", tested_other, METH_O, NULL},
                         {"tested_and_sized", tested_and_sized, METH_O, NULL},
                         {"either", either, METH_O, NULL},
                         {"neither", neither, METH_O, NULL},
                         {"forced", (PyCFunction)(void (*)(void))forced, METH_FASTCALL, NULL},
                         {"sized_in_branch", sized_in_branch, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
