// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *memo;
} Scanner;

static PyObject *registry;

// Used while Python code may have freed it.
static PyObject *call_callback(PyObject *self, PyObject *dict) {
  PyObject *callback = PyDict_GetItemString(dict, "callback");
  if (callback == NULL)
    return NULL;
  PyObject *result = PyObject_CallNoArgs(callback);
  PyObject_IsTrue(callback);
  return result;
}
// CHECK: :[[@LINE-7]]:24: error: 'PyDict_GetItemString' returns a reference borrowed from the argument 'dict', which another thread can change before it is used; use 'PyDict_GetItemStringRef' (Python 3.13, pythoncapi_compat.h before) [ungil-borrowed-ref-race]
// CHECK-NEXT: note: 'call_callback' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-6]]:{{[0-9]+}}: note: Python code can run here, and other threads with it
// CHECK-NEXT: :[[@LINE-6]]:{{[0-9]+}}: note: the object can be freed before it is used here
// CHECK-NEXT: :[[@LINE-11]]:{{[0-9]+}}: note: 'PyDict_GetItemStringRef' stores a strong reference through its last argument

// An increment does not help: the object can be gone before it.
static PyObject *first(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0);
  Py_XINCREF(item);
  return item;
}
// CHECK: :[[@LINE-4]]:20: {{error|warning}}: 'PyList_GetItem' returns a reference borrowed from the argument 'list', which another thread can change before the reference is taken; use 'PyList_GetItemRef'
// CHECK-NEXT: note: 'first' is a method
// CHECK-NEXT: :[[@LINE-5]]:{{[0-9]+}}: note: the object can be freed before its reference count is incremented here
// CHECK-NEXT: :[[@LINE-7]]:{{[0-9]+}}: note: 'PyList_GetItemRef' takes the same arguments

// A field of an object that several threads use.
static PyObject *remember(PyObject *self, PyObject *key) {
  PyObject *known = PyDict_GetItemWithError(((Scanner *)self)->memo, key);
  if (known != NULL) {
    Py_INCREF(known);
    return known;
  }
  PyDict_SetItem(((Scanner *)self)->memo, key, key);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-8]]:21: {{error|warning}}: 'PyDict_GetItemWithError' returns a reference borrowed from
// CHECK-NEXT: note: 'remember' is a method
// CHECK-NEXT: :[[@LINE-8]]:{{[0-9]+}}: note: the object can be freed before its reference count
// CHECK-NEXT: note: 'PyDict_GetItemRef' stores

// A global that methods change.
static PyObject *lookup(PyObject *self, PyObject *key) {
  return PyDict_GetItem(registry, key);
}
// CHECK: :[[@LINE-2]]:10: error: 'PyDict_GetItem' returns a reference borrowed from the global 'registry', which another thread can change while the reference is kept
// CHECK-NEXT: note: 'lookup' is a method
// CHECK-NEXT: :[[@LINE-4]]:3: note: returned here without a reference of its own
// CHECK-NEXT: note: 'PyDict_GetItemRef' stores

static PyObject *add(PyObject *self, PyObject *key) {
  if (registry == NULL)
    registry = PyDict_New();
  PyDict_SetItem(registry, key, Py_None);
  Py_RETURN_NONE;
}

// Owned by the interpreter.
static PyObject *write_text(PyObject *self, PyObject *text) {
  PyObject *out = PySys_GetObject("stdout");
  PyFile_WriteObject(text, out, 0);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:19: {{error|warning}}: 'PySys_GetObject' returns a reference borrowed from the sys module, which another thread can change before it is used; use 'PySys_GetAttrString' (Python 3.15, pythoncapi_compat.h before)
// CHECK-NEXT: note: 'write_text' is a method
// CHECK-NEXT: note: the object can be freed while it is used here
// CHECK-NEXT: note: get a strong reference from 'PySys_GetAttrString'

PyMethodDef methods[] = {
    {"call_callback", call_callback, METH_O, NULL}, {"first", first, METH_O, NULL},
    {"remember", remember, METH_O, NULL},           {"lookup", lookup, METH_O, NULL},
    {"add", add, METH_O, NULL},                     {"write_text", write_text, METH_O, NULL},
    {NULL, NULL, 0, NULL}};
// CHECK: end of report
