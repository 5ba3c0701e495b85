// Variables that Py_SETREF and Py_CLEAR assign through a pointer of their own.
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

// What Python code returns is new as likely as not; and then it is what PySequence_Fast makes of that.
static PyObject *result(PyObject *self, PyObject *type) {
  PyObject *classes = PyObject_CallMethod(type, "__subclasses__", "");
  if (classes == NULL)
    return NULL;
  Py_SETREF(classes, PySequence_Fast(classes, NULL));
  if (classes == NULL)
    return NULL;
  PyObject *first = Py_NewRef(PySequence_Fast_GET_ITEM(classes, 0));
  Py_CLEAR(classes);
  return first;
}

// The argument is everybody's, by whatever macro it comes in.
static PyObject *replaced(PyObject *self, PyObject *arg) {
  PyObject *items = PyList_New(0);
  if (items == NULL)
    return NULL;
  Py_SETREF(items, PySequence_Fast(arg, NULL));
  // CHECK: replaced.c:[[@LINE+1]]:21: warning: 'PySequence_Fast_GET_ITEM' reads the storage of what 'PySequence_Fast' returns, which is the argument 'arg'
  PyObject *first = Py_NewRef(PySequence_Fast_GET_ITEM(items, 0));
  // CHECK: note: 'replaced' is a method
  // CHECK: replaced.c:[[@LINE-2]]:21: note: read items with PyList_GetItemRef
  Py_DECREF(items);
  return first;
}

// A pointer that goes elsewhere may bring anything.
static PyObject *filled(PyObject *self, PyObject *args) {
  PyObject *items = NULL;
  if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &items))
    return NULL;
  // CHECK: replaced.c:[[@LINE+1]]:10: warning: 'PyList_GET_ITEM' reads the storage of 'items'
  return Py_NewRef(PyList_GET_ITEM(items, 0));
  // CHECK: note: 'filled' is a method
  // CHECK: replaced.c:[[@LINE-2]]:10: note: read items with PyList_GetItemRef
}

PyMethodDef methods[] = {{"result", result, METH_O, NULL},
                         {"replaced", replaced, METH_O, NULL},
                         {"filled", filled, METH_VARARGS, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
