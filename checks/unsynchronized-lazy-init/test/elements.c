// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Elements of one array: the one that is tested is not always the one that is stored.
#include <Python.h>

PyObject *make(void);

typedef struct {
  PyObject_HEAD
  PyObject *pairs[64];
} Node;
static PyObject *assoc(PyObject *op, PyObject *unused) {
  Node *self = (Node *)op;
  Py_ssize_t at = PyObject_Hash(unused) & 31;
  Py_ssize_t key = 2 * at, value = 2 * at + 1;
  PyObject *key_or_null = self->pairs[key];
  if (key_or_null == NULL)
    self->pairs[value] = make();
  if (key_or_null == NULL)
    Py_XSETREF(self->pairs[value], make());
  Py_RETURN_NONE;
}

static PyObject *singletons[256];
static PyObject *byte(PyObject *module, PyObject *number) {
  Py_ssize_t i = PyLong_AsSsize_t(number) & 255;
  if (!singletons[i])
    singletons[i] = make();
  return Py_XNewRef(singletons[i]);
}
// CHECK: :[[@LINE-4]]:8: warning: 'singletons' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE+5]]:35: note: 'byte' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-5]]:5: note: stored here in 'byte'
// CHECK-NEXT: :[[@LINE-7]]:8: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first

PyMethodDef methods[] = {{"assoc", assoc, METH_O, NULL},
                         {"byte", byte, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
