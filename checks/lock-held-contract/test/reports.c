// RUN: %both --checks='-*,ungil-lock-held-contract' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-lock-held-contract' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  int n;
} Counter;
static void step_lock_held(Counter *self) { self->n++; }

static PyObject *step(PyObject *op, PyObject *unused) {
  step_lock_held((Counter *)op);
  Py_RETURN_NONE;
}
METHOD(step)

// After the section; in a helper whose callers do not hold it either.
static int twice(Counter *self) {
  Py_BEGIN_CRITICAL_SECTION(self);
  step_lock_held(self);
  Py_END_CRITICAL_SECTION();
  step_lock_held(self);
  return 0;
}
static PyObject *next_item(PyObject *op) { return twice((Counter *)op) == 0 ? Py_NewRef(op) : NULL; }
PyType_Slot counter_slots[] = {{Py_tp_iternext, (void *)next_item}, {0, NULL}};
// CHECK: :[[@LINE-15]]:3: error: 'step_lock_held' expects the lock of 'op' to be held, as its name says, but no lock is held here [ungil-lock-held-contract]
// CHECK-NEXT: :[[@LINE-13]]:1: note: 'step' is ml_meth; several threads can run it at once
// CHECK-NEXT: :[[@LINE-17]]:3: note: take the lock before this call
// CHECK-NEXT: :[[@LINE-8]]:3: error: 'step_lock_held' expects the lock of 'self' to be held, as its name says, but no lock is held here [ungil-lock-held-contract]
// CHECK-NEXT: :[[@LINE-5]]:49: note: 'next_item' is tp_iternext; several threads can run it at once
// CHECK-NEXT: :[[@LINE-7]]:51: note: which calls 'twice' here
// CHECK-NEXT: :[[@LINE-11]]:3: note: take the lock before this call
// CHECK: end of report
