// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-sequence-fast-macro' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-COUNT-1: 'PyList_GET_ITEM' reads
// AGAIN-NOT: reads the storage
// AGAIN: end of report
#include <Python.h>

static PyObject *walk(PyObject *self, PyObject *argument) {
  PyObject *items = PySequence_Fast(argument, "a sequence is needed");
  if (items == NULL)
    return NULL;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items); i++)
    Py_XDECREF(PyObject_CallOneArg(self, PySequence_Fast_GET_ITEM(items, i)));
  Py_DECREF(items);
  Py_RETURN_NONE;
}
// FIXED: PyObject *items = PySequence_Tuple(argument);

static PyObject *count(PyObject *self, PyObject *list) {
  long found = 0;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
    found += PyList_GET_ITEM(list, i) == self || PyLong_CheckExact(PyList_GET_ITEM(list, i));
  }
  return PyLong_FromLong(found);
}
// FIXED: {{^}}  Py_BEGIN_CRITICAL_SECTION(list);
// FIXED-NEXT: {{^}}  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
// FIXED: {{^}}  }
// FIXED-NEXT: {{^}}  Py_END_CRITICAL_SECTION();

// Python code runs in the loop: a section would be suspended.
static PyObject *call_each(PyObject *self, PyObject *list) {
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
    Py_XDECREF(PyObject_CallNoArgs(PyList_GET_ITEM(list, i)));
  }
  Py_RETURN_NONE;
}
// FIXED-LABEL: *call_each(
// FIXED-NEXT: for (

PyMethodDef methods[] = {{"walk", walk, METH_O, NULL},
                         {"count", count, METH_O, NULL},
                         {"call_each", call_each, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
