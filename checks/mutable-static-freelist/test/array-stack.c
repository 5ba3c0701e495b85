// RUN: %both %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  int value;
} Node;

static Node *spare[64];
static int spare_count;

static PyObject *node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  if (spare_count > 0)
    return PyObject_Init((PyObject *)spare[--spare_count], type);
  return type->tp_alloc(type, 0);
}
// CHECK: :[[@LINE-3]]:38: error: free list 'spare' is popped in 'node_new' and pushed in 'node_dealloc' without synchronisation; two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE+14]]:52: note: 'node_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE+5]]:5: note: pushed here in 'node_dealloc'
// CHECK-NEXT: :[[@LINE+13]]:18: note: 'node_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-12]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
static void node_dealloc(PyObject *self) {
  if (spare_count < 64)
    spare[spare_count++] = (Node *)self;
  else
    Py_TYPE(self)->tp_free(self);
}

PyType_Slot node_slots[] = {
    // (the notes above name these lines)
    {Py_tp_dealloc, (void *)node_dealloc},
    {Py_tp_new, (void *)node_new}, {0, NULL}};
// CHECK: end of report
