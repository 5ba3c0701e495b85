// Fields that only some paths set, that helpers set, and that are never set.
// RUN: %both --checks='-*,ungil-gc-track-before-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-gc-track-before-init' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>
#include <string.h>

typedef struct {
  PyObject_HEAD
  PyObject *left;
  PyObject *right;
} Pair;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Pair *)o)->left);
  Py_VISIT(((Pair *)o)->right);
  return 0;
}
PyTypeObject Pair_Type = {PyVarObject_HEAD_INIT(NULL, 0) "m.Pair", sizeof(Pair), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Py_TPFLAGS_HAVE_GC, NULL, traverse};

PyObject *forgotten(PyObject *left) {
  Pair *self = PyObject_GC_New(Pair, &Pair_Type);
  if (!self)
    return NULL;
  self->left = Py_NewRef(left);
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
// CHECK: :[[@LINE-3]]:3: error: 'self' is tracked here, but 'right' is not set; a collection in another thread reads it uninitialised [ungil-gc-track-before-init]
// CHECK-NEXT: :[[@LINE-18]]:13: note: 'right', which tp_traverse reads, is declared here
// CHECK-NEXT: :[[@LINE-5]]:3: note: track the object when all that tp_traverse reads is set

PyObject *sometimes(PyObject *left, PyObject *right) {
  Pair *self = PyObject_GC_New(Pair, &Pair_Type);
  if (!self)
    return NULL;
  self->left = Py_NewRef(left);
  if (right)
    self->right = Py_NewRef(right);
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
// CHECK: :[[@LINE-3]]:3: error: 'self' is tracked here, but 'right' is not set;
// CHECK-NEXT: :[[@LINE-32]]:13: note: 'right', which tp_traverse reads, is declared here
// CHECK-NEXT: :[[@LINE-5]]:3: note: track the object when all that tp_traverse reads is set

static void fill(Pair *pair, PyObject *left, PyObject *right) {
  pair->left = Py_NewRef(left);
  pair->right = Py_XNewRef(right);
}
PyObject *by_helper(PyObject *left, PyObject *right) {
  Pair *self = PyObject_GC_New(Pair, &Pair_Type);
  if (!self)
    return NULL;
  fill(self, left, right);
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
PyObject *either(PyObject *left, PyObject *right) {
  PyObject *made = (PyObject *)PyObject_GC_New(Pair, &Pair_Type);
  Pair *self = (Pair *)made;
  if (!made)
    return NULL;
  self->left = Py_NewRef(left);
  if (right)
    self->right = Py_NewRef(right);
  else
    self->right = NULL;
  PyObject_GC_Track(made);
  return made;
}
PyObject *wiped(PyObject *left) {
  Pair *self = PyObject_GC_New(Pair, &Pair_Type);
  if (!self)
    return NULL;
  memset((char *)self + sizeof(PyObject), 0, sizeof(Pair) - sizeof(PyObject));
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
PyObject *by_address(PyObject *left, PyObject *text) {
  Pair *self = PyObject_GC_New(Pair, &Pair_Type);
  if (!self)
    return NULL;
  self->left = Py_NewRef(left);
  self->right = NULL;
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
// CHECK: end of report
