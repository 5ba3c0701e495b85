// RUN: %both --checks='-*,ungil-gc-track-before-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-gc-track-before-init' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *child;
  PyObject *unvisited;
} Node;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Node *)o)->child);
  return 0;
}
static PyType_Slot slots[] = {{Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec spec = {"m.Node", sizeof(Node), 0, Py_TPFLAGS_HAVE_GC, slots};

PyObject *bad_make(PyTypeObject *t, PyObject *c) {
  Node *n = PyObject_GC_New(Node, t);
  if (!n)
    return NULL;
  PyObject_GC_Track(n);
  n->child = PyObject_Repr(c);
  n->unvisited = NULL;
  return (PyObject *)n;
}
// CHECK: :[[@LINE-5]]:3: error: 'n' is tracked here, but 'child' is set later; a collection in another thread reads it uninitialised [ungil-gc-track-before-init]
// CHECK-NEXT: :[[@LINE-5]]:3: note: 'child' is set here
// CHECK-NEXT: :[[@LINE-7]]:3: note: track the object when all that tp_traverse reads is set

// Set before; set again after; memory that is zeroed by tp_alloc, which tracks by itself.
PyObject *good_make(PyTypeObject *t, PyObject *c) {
  Node *n = PyObject_GC_New(Node, t);
  if (!n)
    return NULL;
  n->child = PyObject_Repr(c);
  PyObject_GC_Track(n);
  return (PyObject *)n;
}
PyObject *twice_make(PyTypeObject *t, PyObject *c) {
  Node *n = PyObject_GC_New(Node, t);
  if (!n)
    return NULL;
  n->child = NULL;
  PyObject_GC_Track(n);
  n->child = PyObject_Repr(c);
  return (PyObject *)n;
}
PyObject *zeroed_make(PyTypeObject *t, PyObject *c) {
  Node *n = (Node *)t->tp_alloc(t, 0);
  if (!n)
    return NULL;
  n->child = PyObject_Repr(c);
  return (PyObject *)n;
}
// CHECK: end of report
