// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

static PyObject *sum(PyObject *self, PyObject *arg) {
  PyObject *fast = PySequence_Fast(arg, "need a sequence");
  double total = 0;
  if (fast == NULL)
    return NULL;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast); i++)
    total += PyFloat_AsDouble(PySequence_Fast_GET_ITEM(fast, i));
  Py_DECREF(fast);
  return PyFloat_FromDouble(total);
}
// CHECK: :[[@LINE-4]]:{{[0-9]+}}: {{error|warning}}: 'PySequence_Fast_GET_ITEM' reads the storage of what 'PySequence_Fast' returns, which is the argument 'arg' itself when that is a list; another thread can change the list and free the storage or the item while it is used [ungil-sequence-fast-macro]
// CHECK-NEXT: note: 'sum' is a method
// CHECK-NEXT: note: read items with PyList_GetItemRef

static PyObject *cached(PyObject *self, PyObject *list) {
  PyObject **items = ((PyListObject *)list)->ob_item;
  return PyFloat_FromDouble(PyFloat_AsDouble(items[0]));
}
// CHECK: :[[@LINE-3]]:22: error: 'ob_item' reads the storage of the argument 'list'; another thread can change the list and free the storage that the pointer leads to
// CHECK-NEXT: note: 'cached' is a method
// CHECK-NEXT: note: read items with PyList_GetItemRef

static PyObject *twice(PyObject *self, PyObject *list) {
  PyObject *a = PyList_GET_ITEM(list, 0);
  PyObject *b = PyList_GET_ITEM(list, 1);
  return PyNumber_Add(a, b);
}
// CHECK: :[[@LINE-4]]:17: {{error|warning}}: 'PyList_GET_ITEM' reads the storage of the argument 'list'
// CHECK-NEXT: note: 'twice' is a method
// CHECK-NEXT: :[[@LINE-5]]:17: note: also read here
// CHECK-NEXT: note: read items with PyList_GetItemRef

static PyObject *copied(PyObject *self, PyObject *arg) {
  PyObject *list = PySequence_List(arg);
  if (list == NULL)
    return NULL;
  PyObject *item = Py_NewRef(PyList_GET_ITEM(list, 0));
  Py_DECREF(list);
  return item;
}

static PyObject *fast_of_fresh(PyObject *self, PyObject *arg) {
  PyObject *keys = PyMapping_Keys(arg);
  PyObject *fast = keys ? PySequence_Fast(keys, "") : NULL;
  Py_XDECREF(keys);
  return fast;
}

static PyObject *tuple(PyObject *self, PyObject *arg) { return Py_NewRef(PyTuple_GET_ITEM(arg, 0)); }

static PyObject *size_only(PyObject *self, PyObject *list) { return PyLong_FromSsize_t(PyList_GET_SIZE(list)); }

static PyObject *locked(PyObject *self, PyObject *list) {
  PyObject *item;
  Py_BEGIN_CRITICAL_SECTION(list);
  item = Py_NewRef(PyList_GET_ITEM(list, 0));
  Py_END_CRITICAL_SECTION();
  return item;
}

// The section is on the list, if there is one; what else PySequence_Fast returns nobody changes.
static PyObject *locked_if_list(PyObject *self, PyObject *arg) {
  PyObject *fast = PySequence_Fast(arg, "need a sequence");
  PyObject *item;
  if (fast == NULL)
    return NULL;
  const int lock = PyList_CheckExact(arg);
  PyCriticalSection section;
  if (lock)
    PyCriticalSection_Begin(&section, arg);
  item = Py_NewRef(PySequence_Fast_GET_ITEM(fast, 0));
  if (lock)
    PyCriticalSection_End(&section);
  Py_DECREF(fast);
  return item;
}

// The variable's only value is made from what the variable was before.
static PyObject *rebound(PyObject *self, PyObject *arg) {
  PyObject *item;
  if (!(arg = PySequence_Fast(arg, "need a sequence")))
    return NULL;
  // CHECK: storage.c:[[@LINE+1]]:10: warning: 'PySequence_Fast_GET_ITEM' reads the storage of what 'PySequence_Fast' returns, which is the argument 'arg'
  item = Py_NewRef(PySequence_Fast_GET_ITEM(arg, 0));
  // CHECK: storage.c:[[@LINE+6]]:38: note: 'rebound' is a method
  // CHECK: storage.c:[[@LINE-2]]:10: note: read items with PyList_GetItemRef
  Py_DECREF(arg);
  return item;
}

PyMethodDef methods[] = {{"rebound", rebound, METH_O, NULL},
                         {"sum", sum, METH_O, NULL},
                         {"cached", cached, METH_O, NULL},
                         {"twice", twice, METH_O, NULL},
                         {"copied", copied, METH_O, NULL},
                         {"fast_of_fresh", fast_of_fresh, METH_O, NULL},
                         {"tuple", tuple, METH_O, NULL},
                         {"size_only", size_only, METH_O, NULL},
                         {"locked", locked, METH_O, NULL},
                         {"locked_if_list", locked_if_list, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
