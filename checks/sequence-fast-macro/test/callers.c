// What callers know of the sequence: that it is a tuple, or that its section is held.
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-sequence-fast-macro' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

static int visit(PyObject *item) { return PyObject_IsTrue(item); }

static int visit_all(PyObject *types) {
  PyObject **items = PySequence_Fast_ITEMS(types);
  Py_ssize_t length = PySequence_Fast_GET_SIZE(types);
  for (Py_ssize_t i = 0; i < length; i++)
    if (visit(items[i]) < 0)
      return -1;
  return 0;
}

// A tuple that others have, too, stays as it is.
static PyObject *dispatch(PyObject *self, PyObject *method) {
  PyObject *types = NULL;
  types = PyTuple_New(1);
  if (types == NULL)
    return NULL;
  PyTuple_SET_ITEM(types, 0, Py_NewRef(self));
  for (int i = 0; i < 2; i++) {
    if (visit_all(types) < 0)
      return NULL;
    PyObject *result = PyObject_CallFunctionObjArgs(method, types, NULL);
    Py_XDECREF(result);
  }
  return types;
}

static int visit_list(PyObject *types) {
  PyObject **items = PySequence_Fast_ITEMS(types);
  // CHECK: :[[@LINE-1]]:22: error: 'PySequence_Fast_ITEMS' reads the storage of the argument 'types'
  // CHECK-NEXT: note: 'dispatch_list' is a method
  // CHECK-NEXT: note: which calls 'visit_list' here
  // CHECK-NEXT: note: read items with PyList_GetItemRef
  return visit(items[0]);
}

// A list that others have does not.
static PyObject *dispatch_list(PyObject *self, PyObject *method) {
  PyObject *types = NULL;
  types = PyList_New(1);
  if (types == NULL)
    return NULL;
  PyList_SET_ITEM(types, 0, Py_NewRef(self));
  PyObject *result = PyObject_CallFunctionObjArgs(method, types, NULL);
  Py_XDECREF(result);
  if (visit_list(types) < 0)
    return NULL;
  return types;
}

static int prepare(PyObject *operands, PyObject ***out) {
  *out = PySequence_Fast_ITEMS(operands);
  return (int)PySequence_Fast_GET_SIZE(operands);
}

// The caller locks the list, if it is one, around the call and the use.
static PyObject *iterate(PyObject *self, PyObject *operands) {
  PyObject **items;
  int status = 0;
  const int lock = PyList_CheckExact(operands);
  PyCriticalSection section;
  if (lock)
    PyCriticalSection_Begin(&section, operands);
  int count = prepare(operands, &items);
  for (int i = 0; i < count; i++)
    status |= visit(items[i]);
  if (lock)
    PyCriticalSection_End(&section);
  return PyLong_FromLong(status);
}

static int prepare_some(PyObject *operands, PyObject ***out) {
  *out = PySequence_Fast_ITEMS(operands);
  // CHECK: :[[@LINE-1]]:10: error: 'PySequence_Fast_ITEMS' reads the storage of the argument 'operands'
  // CHECK-NEXT: note: 'iterate_bare' is a method
  // CHECK-NEXT: note: which calls 'prepare_some' here
  // CHECK-NEXT: note: read items with PyList_GetItemRef
  return (int)PySequence_Fast_GET_SIZE(operands);
}

// One caller that does not is enough.
static PyObject *iterate_some(PyObject *self, PyObject *operands) {
  PyObject **items;
  int count;
  Py_BEGIN_CRITICAL_SECTION(operands);
  count = prepare_some(operands, &items);
  Py_END_CRITICAL_SECTION();
  return PyLong_FromLong(count);
}
static PyObject *iterate_bare(PyObject *self, PyObject *operands) {
  PyObject **items;
  return PyLong_FromLong(prepare_some(operands, &items));
}

static PyObject *first_of(PyObject *operands) { return Py_NewRef(PyList_GET_ITEM(operands, 0)); }

// The caller who gives his own list needs no lock.
static PyObject *locked(PyObject *self, PyObject *operands) {
  PyObject *first;
  Py_BEGIN_CRITICAL_SECTION(operands);
  first = first_of(operands);
  Py_END_CRITICAL_SECTION();
  return first;
}
static PyObject *copied(PyObject *self, PyObject *operands) {
  PyObject *copy = PySequence_List(operands);
  return copy ? first_of(copy) : NULL;
}

// A table of variables that another function fills.
typedef struct {
  const char *name;
  PyObject **value;
} Keyword;
int parse(PyObject *const *args, const Keyword *keywords, int count);
static PyObject *with_axes(PyObject *self, PyObject *const *args, Py_ssize_t count) {
  PyObject *axes = NULL;
  Keyword keywords[] = {{"axes", &axes}};
  if (parse(args, keywords, 1) < 0 || axes == NULL || !PyList_Check(axes))
    return NULL;
  return Py_NewRef(PyList_GET_ITEM(axes, 0));
  // CHECK: :[[@LINE-1]]:10: warning: 'PyList_GET_ITEM' reads the storage of 'axes'
  // CHECK-NEXT: note: 'with_axes' is a method
  // CHECK-NEXT: note: read items with PyList_GetItemRef
}

static PyMethodDef methods[] = {{"with_axes", (PyCFunction)(void (*)(void))with_axes, METH_FASTCALL, NULL},
                                {"locked", locked, METH_O, NULL},
                                {"copied", copied, METH_O, NULL},
                                {"dispatch", dispatch, METH_O, NULL},
                                {"dispatch_list", dispatch_list, METH_O, NULL},
                                {"iterate", iterate, METH_O, NULL},
                                {"iterate_bare", iterate_bare, METH_O, NULL},
                                {"iterate_some", iterate_some, METH_O, NULL},
                                {NULL, NULL, 0, NULL}};
struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "callers", NULL, 0, methods, NULL, NULL, NULL, NULL};
