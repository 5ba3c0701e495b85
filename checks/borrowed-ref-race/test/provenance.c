// Where a container comes from that a field, a local variable or an internal parameter holds.
// RUN: %both --checks='-*,ungil-borrowed-ref-race,ungil-dict-next-unlocked,ungil-sequence-fast-macro' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-ref-race,ungil-dict-next-unlocked,ungil-sequence-fast-macro' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

/// Lives as long as one call.
typedef struct {
  PyObject *own, *given, *unknown;
  Py_ssize_t index;
} Walk;

static PyObject *step_own(Walk *w) { return Py_NewRef(PyList_GetItem(w->own, w->index++)); }
static PyObject *step_unknown(Walk *w) { return Py_NewRef(PyList_GetItem(w->unknown, w->index++)); }
static PyObject *step_given(Walk *w) { return Py_NewRef(PyList_GetItem(w->given, w->index++)); }
// CHECK: :[[@LINE-1]]:47: warning: 'PyList_GetItem' returns a reference borrowed from 'w->given', which another thread can change before the reference is taken; use 'PyList_GetItemRef' (Python 3.13, pythoncapi_compat.h before) [ungil-borrowed-ref-race]
// CHECK-NEXT: :[[@LINE+85]]:35: note: 'walk' is a method
// CHECK-NEXT: :[[@LINE+13]]:10: note: which calls 'step_given' here
// CHECK-NEXT: :[[@LINE-4]]:47: note: the object can be freed before its reference count is incremented here
// CHECK-NEXT: :[[@LINE-5]]:47: note: 'PyList_GetItemRef' takes the same arguments and returns a strong reference: drop an increment that follows, or add Py_DECREF on every path after the last use

static PyObject *walk(PyObject *self, PyObject *list) {
  Walk w = {NULL, NULL, NULL, 0};
  PyObject *keys = PyDict_Keys(self);
  PyList_Sort(keys);
  w.own = keys;
  w.given = list;
  w.unknown = PyObject_CallNoArgs(list);
  Py_XDECREF(step_own(&w));
  Py_XDECREF(step_unknown(&w));
  return step_given(&w);
}

/// Only called with lists that its callers have made.
static long sum_of(PyObject *numbers) {
  long sum = 0;
  for (Py_ssize_t i = 0; i < PyList_Size(numbers); i++)
    sum += PyLong_AsLong(PyList_GetItem(numbers, i));
  return sum;
}
static PyObject *of_fresh(PyObject *self, PyObject *sequence) {
  PyObject *numbers = PySequence_List(sequence);
  long sum = sum_of(numbers);
  Py_DECREF(numbers);
  return PyLong_FromLong(sum);
}

/// Called with a fresh list, and with the user's.
static long sum_of_any(PyObject *numbers) {
  long sum = 0;
  for (Py_ssize_t i = 0; i < PyList_Size(numbers); i++)
    sum += PyLong_AsLong(PyList_GetItem(numbers, i));
  return sum;
}
// CHECK: :[[@LINE-3]]:26: warning: 'PyList_GetItem' returns a reference borrowed from the argument 'numbers', which another thread can change before it is used
// CHECK-NEXT: :[[@LINE+46]]:99: note: 'of_any' is a method
// CHECK-NEXT: :[[@LINE+5]]:14: note: which calls 'sum_of_any' here
// CHECK-NEXT: :[[@LINE-6]]:26: note: the object can be freed while it is used here
// CHECK-NEXT: :[[@LINE-7]]:26: note: 'PyList_GetItemRef' takes the same arguments and returns a strong reference: drop an increment that follows, or add Py_DECREF on every path after the last use
static PyObject *of_any(PyObject *self, PyObject *sequence) {
  PyObject *numbers = PySequence_List(sequence);
  long sum = sum_of_any(numbers) + sum_of_any(sequence);
  Py_DECREF(numbers);
  return PyLong_FromLong(sum);
}

// Nothing below is reported.
// CHECK-NOT: warning:
// CHECK-NOT: error:

/// A recursive function that keeps nothing.
static int fill(PyObject *dict, int depth) {
  if (depth == 0)
    return PyDict_SetItemString(dict, "end", Py_None);
  return fill(dict, depth - 1);
}
static PyObject *fresh_after_recursion(PyObject *self, PyObject *unused) {
  PyObject *dict = PyDict_New(), *key, *value;
  Py_ssize_t pos = 0;
  if (fill(dict, 3) < 0)
    return NULL;
  while (PyDict_Next(dict, &pos, &key, &value))
    Py_INCREF(value);
  return dict;
}

/// Results of calls are as likely new as not, in whichever branch.
static PyObject *of_two_calls(PyObject *self, PyObject *callable) {
  PyObject *list;
  if (self == callable)
    list = PyObject_CallNoArgs(callable);
  else
    list = PyObject_CallOneArg(callable, self);
  return Py_NewRef(PyList_GetItem(list, 0));
}

/// The sys module's attributes seldom change.
static PyObject *byte_order(PyObject *self, PyObject *unused) {
  return PyBool_FromLong(PyUnicode_CompareWithASCIIString(PySys_GetObject("byteorder"), "little") == 0);
}

PyMethodDef methods[] = {{"walk", walk, METH_O, NULL}, {"fresh", of_fresh, METH_O, NULL}, {"any", of_any, METH_O, NULL},
                         {"two", of_two_calls, METH_O, NULL}, {"recursion", fresh_after_recursion, METH_NOARGS, NULL},
                         {"order", byte_order, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
