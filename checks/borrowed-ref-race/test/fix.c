// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-borrowed-ref-race' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: borrowed
// AGAIN: end of report
#include <Python.h>

static PyObject *taken(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0);
  if (item == NULL)
    return NULL;
  Py_INCREF(item);
  return item;
}
// FIXED-LABEL: *taken(
// FIXED: PyObject *item = PyList_GetItemRef(list, 0);
// FIXED-NEXT: if (item == NULL)
// FIXED-NEXT: return NULL;
// FIXED-NEXT: return item;

static PyObject *read_item(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0);
  if (item == NULL)
    return NULL;
  long value = PyLong_AsLong(item);
  return PyLong_FromLong(value);
}
// FIXED-LABEL: *read_item(
// FIXED: PyObject *item = PyList_GetItemRef(list, 0);
// FIXED: long value = PyLong_AsLong(item);
// FIXED-NEXT: {{^}}  Py_DECREF(item);

static PyObject *found(PyObject *dict, PyObject *key) {
  PyObject *value = PyDict_GetItemWithError(dict, key);
  if (value != NULL) {
    Py_INCREF(value);
    return value;
  }
  return NULL;
}
// FIXED-LABEL: *found(
// FIXED: PyObject *value;
// FIXED-NEXT: (void)PyDict_GetItemRef(dict, key, &value);
// FIXED-NEXT: if (value != NULL) {
// FIXED-NEXT: return value;

PyMethodDef methods[] = {{"taken", taken, METH_O, NULL},
                         {"read_item", read_item, METH_O, NULL},
                         {"found", found, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
