// Functions that change an object in place, which only its one owner may do.
// RUN: %both --checks='-*,ungil-known-racy-api' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *buffer;
} Writer;

static PyObject *grow(PyObject *self, PyObject *unused) {
  if (_PyBytes_Resize(&((Writer *)self)->buffer, 64) < 0)
    return NULL;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:7: {{error|warning}}: '_PyBytes_Resize' has a known data race on free-threaded Python: it changes the object in place, without a lock (Doc/data/threadsafety.dat) [ungil-known-racy-api]
// CHECK-NEXT: note: 'grow' is a method
// CHECK-NEXT: note: use it only for an object that nobody else has

static PyObject *store(PyObject *self, PyObject *tuple) {
  if (PyTuple_SetItem(tuple, 0, Py_NewRef(self)) < 0)
    return NULL;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:7: {{error|warning}}: 'PyTuple_SetItem' has a known data race
// CHECK-NEXT: note: 'store' is a method
// CHECK-NEXT: note: use it only

// Made here, and resized more than once.
static PyObject *fresh(PyObject *self, PyObject *unused) {
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, 8);
  if (bytes == NULL || _PyBytes_Resize(&bytes, 16) < 0 || _PyBytes_Resize(&bytes, 12) < 0)
    return NULL;
  return bytes;
}
static PyObject *pair(PyObject *self, PyObject *unused) {
  PyObject *tuple = PyTuple_New(1);
  if (tuple)
    PyTuple_SetItem(tuple, 0, Py_NewRef(self));
  return tuple;
}
static PyObject *locked(PyObject *self, PyObject *unused) {
  int status;
  Py_BEGIN_CRITICAL_SECTION(self);
  status = _PyBytes_Resize(&((Writer *)self)->buffer, 64);
  Py_END_CRITICAL_SECTION();
  return status < 0 ? NULL : Py_NewRef(Py_None);
}
// Put into a container that nobody else has, then filled; and the same where others have the container.
static PyObject *rows(PyObject *self, PyObject *unused) {
  PyObject *list = PyList_New(2);
  for (Py_ssize_t i = 0; list && i < 2; i++) {
    PyObject *row = PyTuple_New(1);
    if (row == NULL || PyList_SetItem(list, i, row) < 0 || PyTuple_SetItem(row, 0, Py_NewRef(self)) < 0)
      return NULL;
  }
  return list;
}
static PyObject *offered;
static PyObject *append(PyObject *self, PyObject *list) {
  PyObject *row = PyTuple_New(1), *own = PyList_New(0);
  if (PyList_Append(list, row) < 0 || PyTuple_SetItem(row, 0, Py_NewRef(self)) < 0)
    return NULL;
  PyObject *part = PyTuple_New(1);
  if (PyList_Append(own, part) < 0)
    return NULL;
  offered = own;
  if (PyTuple_SetItem(part, 0, Py_NewRef(self)) < 0)
    return NULL;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-10]]:39: {{error|warning}}: 'PyTuple_SetItem' has a known data race
// CHECK-NEXT: note: 'append' is a method
// CHECK-NEXT: note: use it only
// CHECK-NEXT: :[[@LINE-7]]:7: {{error|warning}}: 'PyTuple_SetItem' has a known data race
// CHECK-NEXT: note: 'append' is a method
// CHECK-NEXT: note: use it only

// The interpreter has said that nobody else has it, or has not.
int PyUnstable_Object_IsUniquelyReferenced(PyObject *);
static int resize(PyObject **bytes, Py_ssize_t size) {
  if (PyUnstable_Object_IsUniquelyReferenced(*bytes))
    return _PyBytes_Resize(bytes, size);
  return -1;
}
static PyObject *resizes(PyObject *self, PyObject *unused) {
  return resize(&((Writer *)self)->buffer, 3) < 0 ? NULL : Py_NewRef(self);
}
static PyObject *asked(PyObject *self, PyObject *tuple) {
  if (!PyUnstable_Object_IsUniquelyReferenced(tuple))
    return NULL;
  return PyTuple_SetItem(tuple, 0, Py_NewRef(self)) < 0 ? NULL : Py_NewRef(self);
}
static PyObject *wrong_branch(PyObject *self, PyObject *tuple) {
  if (PyUnstable_Object_IsUniquelyReferenced(tuple))
    return NULL;
  return PyTuple_SetItem(tuple, 0, Py_NewRef(self)) < 0 ? NULL : Py_NewRef(self);
}
// CHECK: :[[@LINE-2]]:10: {{error|warning}}: 'PyTuple_SetItem' has a known data race
// CHECK-NEXT: note: 'wrong_branch' is a method
// CHECK-NEXT: note: use it only
// CHECK-NEXT: end of report

PyMethodDef methods[] = {{"grow", grow, METH_NOARGS, NULL},
                         {"store", store, METH_O, NULL},
                         {"fresh", fresh, METH_NOARGS, NULL},
                         {"pair", pair, METH_NOARGS, NULL},
                         {"rows", rows, METH_NOARGS, NULL},
                         {"append", append, METH_O, NULL},
                         {"resizes", resizes, METH_NOARGS, NULL},
                         {"asked", asked, METH_O, NULL},
                         {"wrong_branch", wrong_branch, METH_O, NULL},
                         {"locked", locked, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
