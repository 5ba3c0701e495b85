// Pointers into a bytearray, which is resized in place.
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

static PyObject *kept(PyObject *self, PyObject *array) {
  char *text = PyByteArray_AsString(array);
  PyObject *result = PyObject_CallNoArgs(self);
  Py_XDECREF(result);
  return PyLong_FromLong(text[0]);
}
// CHECK: :[[@LINE-5]]:16: error: 'PyByteArray_AsString' returns a pointer into the argument 'array', which another thread can resize while the pointer is in use [ungil-sequence-fast-macro]
// CHECK-NEXT: note: 'kept' is a method
// CHECK-NEXT: :[[@LINE-6]]:22: note: Python code can run here
// CHECK-NEXT: :[[@LINE-5]]:{{[0-9]+}}: note: the pointer is used or kept here
// CHECK-NEXT: :[[@LINE-9]]:16: note: hold a Py_buffer

// The buffer forbids resizing.
static PyObject *exported(PyObject *self, PyObject *array) {
  Py_buffer view;
  if (PyObject_GetBuffer(array, &view, PyBUF_SIMPLE) < 0)
    return NULL;
  char *text = PyByteArray_AsString(array);
  PyObject *result = PyObject_CallNoArgs(self);
  Py_XDECREF(result);
  result = PyLong_FromLong(text[0]);
  PyBuffer_Release(&view);
  return result;
}

// Nobody else has it.
static PyObject *fresh(PyObject *self, PyObject *unused) {
  PyObject *array = PyByteArray_FromStringAndSize(NULL, 8);
  char *text = array ? PyByteArray_AsString(array) : NULL;
  PyObject *result = PyObject_CallNoArgs(self);
  Py_XDECREF(result);
  if (text)
    text[0] = 0;
  return array;
}
// CHECK-NEXT: end of report

PyMethodDef methods[] = {{"kept", kept, METH_O, NULL},
                         {"exported", exported, METH_O, NULL},
                         {"fresh", fresh, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
