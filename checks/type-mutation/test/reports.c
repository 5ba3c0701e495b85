// RUN: %both --checks='-*,ungil-type-mutation' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-type-mutation' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static PyObject *unhash(PyObject *module, PyObject *type) {
  ((PyTypeObject *)type)->tp_hash = NULL;
  PyType_Modified((PyTypeObject *)type);
  Py_RETURN_NONE;
}
METHOD(unhash)

static PyObject *mark(PyObject *module, PyObject *type) {
  if (PyDict_SetItemString(((PyTypeObject *)type)->tp_dict, "marked", Py_True) < 0)
    return NULL;
  Py_RETURN_NONE;
}
METHOD(mark)
// CHECK: :[[@LINE-12]]:3: warning: writing 'type->tp_hash' after the type is shared races with attribute lookup in other threads [ungil-type-mutation]
// CHECK-NEXT: :[[@LINE-9]]:1: note: 'unhash' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-14]]:3: note: set the attribute with PyObject_SetAttrString, or before PyType_Ready
// CHECK-NEXT: :[[@LINE-8]]:7: warning: writing 'type->tp_dict' after the type is shared races with attribute lookup in other threads [ungil-type-mutation]
// CHECK-NEXT: :[[@LINE-5]]:1: note: 'mark' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-10]]:7: note: set the attribute with PyObject_SetAttrString, or before PyType_Ready
// CHECK: end of report
