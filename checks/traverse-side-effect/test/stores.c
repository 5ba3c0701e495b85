// RUN: %both --checks='-*,ungil-traverse-side-effect' %s -- -I%py314t -std=gnu11 | FileCheck --implicit-check-not=error: --implicit-check-not=warning: %s
// RUN: %both --checks='-*,ungil-traverse-side-effect' %s -- -I%py314t -x c++ -std=c++20 | FileCheck --implicit-check-not=error: --implicit-check-not=warning: %s
#include <Python.h>
#include <assert.h>
#include <stdlib.h>

typedef struct {
  PyObject_HEAD
  PyObject *state;
  int visits;
} T;
static int counting_traverse(PyObject *o, visitproc visit, void *arg) {
  T *self = (T *)o;
  self->visits += 1;
  Py_VISIT(self->state);
  void *scratch = malloc(16);
  free(scratch);
  return 0;
}
static PyType_Slot counting[] = {{Py_tp_traverse, (void *)counting_traverse}, {0, NULL}};
// CHECK: :[[@LINE-7]]:3: error: 'visits' is changed inside tp_traverse: the collector calls it several times and expects the object to stay as it is [ungil-traverse-side-effect]
// CHECK-NEXT: :[[@LINE-2]]:51: note: 'counting_traverse' is tp_traverse; the collector calls it with all other threads stopped
// CHECK-NEXT: :[[@LINE-9]]:3: note: only visit what the object owns
// CHECK: :[[@LINE-8]]:19: error: 'malloc' is not allowed inside tp_traverse: it changes the heap while the collector walks it
// CHECK: :[[@LINE-8]]:3: error: 'free' is not allowed inside tp_traverse: it changes the heap while the collector walks it
PyType_Spec counting_spec = {"m.Counting", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, counting};

// The project's own functions may have Python's prefix; accessors; assertions; a struct on the stack.
struct Walk {
  visitproc visit;
  void *arg;
};
PyObject *PyProject_StateOf(T *self);
static int walk(struct Walk *w, PyObject *o) { return o ? w->visit(o, w->arg) : 0; }
static int good_traverse(PyObject *o, visitproc visit, void *arg) {
  struct Walk w;
  w.visit = visit;
  w.arg = arg;
  assert(PyTuple_Check(((T *)o)->state));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(((T *)o)->state); i++)
    Py_VISIT(PyTuple_GET_ITEM(((T *)o)->state, i));
  Py_VISIT(PyProject_StateOf((T *)o));
  return walk(&w, (PyObject *)Py_TYPE(o));
}
static PyType_Slot good[] = {{Py_tp_traverse, (void *)good_traverse}, {0, NULL}};
PyType_Spec good_spec = {"m.Good", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, good};
// CHECK: end of report
