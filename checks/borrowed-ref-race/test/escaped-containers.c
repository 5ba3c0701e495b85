// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *options;
} Session;

// Fresh, but given away before it is read.
static PyObject *published(PyObject *self, PyObject *arg) {
  PyObject *options = PyDict_New();
  Py_XDECREF(PyObject_CallOneArg(arg, options));
  PyObject *depth = PyDict_GetItemString(options, "depth");
  Py_XINCREF(depth);
  return depth;
}
// CHECK: :[[@LINE-4]]:21: {{error|warning}}: 'PyDict_GetItemString' returns a reference borrowed from
// CHECK-NEXT: note: 'published' is a method
// CHECK-NEXT: note: the object can be freed before
// CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores

// The section is on another object.
static PyObject *wrong_section(PyObject *self, PyObject *dict) {
  PyObject *value;
  Py_BEGIN_CRITICAL_SECTION(self);
  value = PyDict_GetItemString(dict, "value");
  Py_XINCREF(value);
  Py_END_CRITICAL_SECTION();
  return value;
}
// CHECK: :[[@LINE-5]]:11: {{error|warning}}: 'PyDict_GetItemString' returns a reference borrowed from the argument 'dict'
// CHECK-NEXT: note: 'wrong_section' is a method
// CHECK-NEXT: note: the object can be freed before
// CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores

// The section is suspended by the call.
static PyObject *suspended(PyObject *self, PyObject *dict) {
  PyObject *result = NULL;
  Py_BEGIN_CRITICAL_SECTION(dict);
  PyObject *value = PyDict_GetItemString(dict, "value");
  if (value) {
    result = PyObject_CallNoArgs(value);
    PyObject_IsTrue(value);
  }
  Py_END_CRITICAL_SECTION();
  return result;
}
// CHECK: :[[@LINE-8]]:21: error: 'PyDict_GetItemString' returns a reference borrowed from the argument 'dict', which another thread can change before it is used
// CHECK-NEXT: note: 'suspended' is a method
// CHECK-NEXT: :[[@LINE-8]]:{{[0-9]+}}: note: Python code can run here
// CHECK-NEXT: :[[@LINE-8]]:{{[0-9]+}}: note: the object can be freed before it is used here
// CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores

PyMethodDef methods[] = {{"published", published, METH_O, NULL},
                         {"wrong_section", wrong_section, METH_O, NULL},
                         {"suspended", suspended, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
