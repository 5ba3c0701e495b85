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
// CHECK-NEXT: end of report

PyMethodDef methods[] = {{"grow", grow, METH_NOARGS, NULL},
                         {"store", store, METH_O, NULL},
                         {"fresh", fresh, METH_NOARGS, NULL},
                         {"pair", pair, METH_NOARGS, NULL},
                         {"locked", locked, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
