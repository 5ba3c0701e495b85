// Containers in members of C++ objects, which may live as long as one call or belong to Python.
// RUN: %both --checks='-*,ungil-borrowed-ref-race,ungil-dict-next-unlocked' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>

struct Handler {
  PyObject *shared_keys;
  PyObject *given;
  explicit Handler(PyObject *given) : shared_keys(PyDict_New()), given(given) {}
  PyObject *intern(PyObject *key) { return Py_NewRef(PyDict_SetDefault(shared_keys, key, key)); }
  PyObject *first() { return Py_NewRef(PyList_GetItem(given, 0)); }
};
// CHECK: :[[@LINE-2]]:30: warning: 'PyList_GetItem' returns a reference borrowed from 'this->given'
// CHECK-NEXT: note:
// CHECK-NEXT: note:
// CHECK-NEXT: note:
// CHECK-NEXT: note:

static PyObject *parse(PyObject *self, PyObject *list) {
  Handler handler(list);
  Py_XDECREF(handler.intern(self));
  return handler.first();
}
PyMethodDef methods[] = {{"parse", parse, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
