// The decrement that becomes due on every path.
// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-borrowed-ref-race' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %t.c -- -I%py314t -std=gnu11 -Werror | FileCheck --check-prefix=AGAIN %s
// AGAIN-COUNT-1: {{error|warning}}:
// AGAIN-NOT: {{error|warning}}:
// AGAIN: end of report
#include <Python.h>

static PyObject *early_return(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0);
  if (item == NULL)
    return NULL;
  long value = PyLong_AsLong(item);
  if (value == -1 && PyErr_Occurred())
    return NULL;
  if (value < 0) {
    PyErr_SetString(PyExc_ValueError, "negative");
    return NULL;
  }
  if (value == 0)
    Py_RETURN_NONE;
  return PyNumber_Add(item, self);
}
// FIXED-LABEL: *early_return(
// FIXED: PyObject *item = PyList_GetItemRef(list, 0);
// FIXED-NEXT: if (item == NULL)
// FIXED-NEXT: return NULL;
// FIXED: if (value == -1 && PyErr_Occurred())
// FIXED-NEXT: { Py_DECREF(item); return NULL; }
// FIXED: PyErr_SetString(PyExc_ValueError, "negative");
// FIXED-NEXT: Py_DECREF(item);
// FIXED-NEXT: return NULL;
// FIXED: if (value == 0)
// FIXED-NEXT: { Py_DECREF(item); Py_RETURN_NONE; }
// FIXED-NEXT: PyObject *item_result = PyNumber_Add(item, self);
// FIXED-NEXT: Py_DECREF(item);
// FIXED-NEXT: return item_result;

static PyObject *in_loop(PyObject *self, PyObject *list) {
  long sum = 0;
  for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
    PyObject *item = PyList_GetItem(list, i);
    if (item == NULL)
      break;
    if (PyBool_Check(item))
      continue;
    for (int k = 0; k < 3; k++) {
      if (k == 2)
        break;
      sum += PyLong_AsLong(item);
    }
    if (sum > 100)
      goto end;
    sum += PyLong_AsLong(item);
  }
end:
  return PyLong_FromLong(sum);
}
// FIXED-LABEL: *in_loop(
// FIXED: PyObject *item = PyList_GetItemRef(list, i);
// FIXED: if (PyBool_Check(item))
// FIXED-NEXT: { Py_DECREF(item); continue; }
// FIXED: if (k == 2)
// FIXED-NEXT: {{^}}        break;
// FIXED: if (sum > 100)
// FIXED-NEXT: { Py_DECREF(item); goto end; }
// FIXED-NEXT: sum += PyLong_AsLong(item);
// FIXED-NEXT: Py_DECREF(item);
// FIXED-NEXT: {{^  }}}

// What the old function hides stays hidden; nothing is known of the value, so it may be null.
static PyObject *hidden(PyObject *self, PyObject *dict) {
  PyObject *value = PyDict_GetItemString(dict, "value");
  int found = value != NULL && PyObject_IsTrue(value);
  return PyBool_FromLong(found);
}
// FIXED-LABEL: *hidden(
// FIXED: PyObject *value;
// FIXED-NEXT: if (PyDict_GetItemStringRef(dict, "value", &value) < 0)
// FIXED-NEXT: PyErr_Clear();
// FIXED-NEXT: int found = value != NULL && PyObject_IsTrue(value);
// FIXED-NEXT: Py_XDECREF(value);

static PyObject *where_found(PyObject *self, PyObject *dict) {
  PyObject *value = PyDict_GetItemWithError(dict, self);
  if (value) {
    if (PyLong_Check(value))
      return PyNumber_Negative(value);
    PyList_Append(self, value);
  }
  Py_RETURN_NONE;
}
// FIXED-LABEL: *where_found(
// FIXED: (void)PyDict_GetItemRef(dict, self, &value);
// FIXED-NEXT: if (value) {
// FIXED-NEXT: if (PyLong_Check(value))
// FIXED-NEXT: { PyObject *value_result = PyNumber_Negative(value); Py_DECREF(value); return value_result; }
// FIXED-NEXT: PyList_Append(self, value);
// FIXED-NEXT: Py_DECREF(value);
// FIXED-NEXT: }

static PyObject *at_once(PyObject *self, PyObject *list) { return Py_XNewRef(PyList_GetItem(list, 0)); }
// FIXED-LABEL: *at_once(
// FIXED-SAME: return PyList_GetItemRef(list, 0); }

static PyObject *handed_on(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0);
  if (item == self)
    Py_RETURN_NONE;
  return Py_XNewRef(item);
}
// FIXED-LABEL: *handed_on(
// FIXED: PyObject *item = PyList_GetItemRef(list, 0);
// FIXED-NEXT: if (item == self)
// FIXED-NEXT: { Py_XDECREF(item); Py_RETURN_NONE; }
// FIXED-NEXT: return item;

// A pointer into the object would dangle: the recipe is in the note.
static PyObject *kept(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0);
  if (item == NULL)
    return NULL;
  const char *text = PyUnicode_AsUTF8(item);
  return PyLong_FromLong(text[0]);
}
// FIXED-LABEL: *kept(
// FIXED: PyObject *item = PyList_GetItem(list, 0);

PyMethodDef methods[] = {{"early_return", early_return, METH_O, NULL}, {"in_loop", in_loop, METH_O, NULL},
                         {"hidden", hidden, METH_O, NULL},             {"where_found", where_found, METH_O, NULL},
                         {"at_once", at_once, METH_O, NULL},           {"handed_on", handed_on, METH_O, NULL},
                         {"kept", kept, METH_O, NULL},                 {NULL, NULL, 0, NULL}};
