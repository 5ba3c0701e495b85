// The headers of an interpreter that people have, so that those of the tests cannot drift into fiction.
// REQUIRES: system-python
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -isystem %py311 -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -isystem %py311 -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct { PyObject_HEAD } Node;
static Node *spare[4];
static int count;

static PyObject *node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  return count ? (PyObject *)spare[--count] : type->tp_alloc(type, 0);
}
// CHECK: real-headers.c:[[@LINE-2]]:30: error: free list 'spare' is popped in 'node_new' and pushed in 'node_dealloc' without synchronisation;
// CHECK-NEXT: :[[@LINE+13]]:5: note: 'node_new' is tp_new
// CHECK-NEXT: :[[@LINE+5]]:5: note: pushed here in 'node_dealloc'
// CHECK-NEXT: :[[@LINE+10]]:{{[0-9]+}}: note: 'node_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void node_dealloc(PyObject *self) {
  if (count < 4)
    spare[count++] = (Node *)self;
  else
    Py_TYPE(self)->tp_free(self);
}
PyTypeObject Node_Type = {
    PyVarObject_HEAD_INIT(NULL, 0) "m.Node", sizeof(Node), 0,
    node_dealloc, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Py_TPFLAGS_DEFAULT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    node_new};
// CHECK-NEXT: end of report
