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

// The contract is an assertion, which this build leaves out.
#define ASSERT_COUNTER_LOCKED(op) ((void)0)
static void advance(Counter *self) {
  int by = 2;
  ASSERT_COUNTER_LOCKED(self);
  self->n += by;
}
static PyObject *skip(PyObject *op, PyObject *unused) {
  advance((Counter *)op);
  Py_RETURN_NONE;
}
METHOD(skip)
// No contract: what is asserted is something else, or comes after other work.
static void unchecked(Counter *self) {
  assert(self->n > 0);
  self->n++;
}
static PyObject *works(PyObject *op, PyObject *unused) {
  unchecked((Counter *)op);
  Py_RETURN_NONE;
}
METHOD(works)
// Nor is one what a comment asserts, or that a lock is free.
static void commented(Counter *self) {
  //  ASSERT_COUNTER_LOCKED(self);
  /* assert(PyMutex_IsLocked(&self->mutex)); */
  assert(self->n > 0);
  self->n++;
}
static int is_locked(Counter *self) { return self->n < 0; }
static void asserted_free(Counter *self) {
  assert(!is_locked(self));
  self->n++;
}
static PyObject *asks(PyObject *op, PyObject *unused) {
  commented((Counter *)op);
  asserted_free((Counter *)op);
  Py_RETURN_NONE;
}
METHOD(asks)
// CHECK: :[[@LINE-56]]:3: error: 'step_lock_held' expects the lock of 'op' to be held, as its name says, but no lock is held here [ungil-lock-held-contract]
// CHECK-NEXT: :[[@LINE-54]]:1: note: 'step' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-58]]:3: note: take the lock before this call
// CHECK-NEXT: :[[@LINE-49]]:3: error: 'step_lock_held' expects the lock of 'self' to be held, as its name says, but no lock is held here [ungil-lock-held-contract]
// CHECK-NEXT: :[[@LINE-46]]:49: note: 'next_item' is tp_iternext; several threads can run it at once
// CHECK-NEXT: :[[@LINE-48]]:51: note: which calls 'twice' here
// CHECK-NEXT: :[[@LINE-52]]:3: note: take the lock before this call
// CHECK-NEXT: :[[@LINE-39]]:3: error: 'advance' expects the lock of 'op' to be held, as its declaration or first statement says, but no lock is held here [ungil-lock-held-contract]
// CHECK-NEXT: :[[@LINE-37]]:1: note: 'skip' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-41]]:3: note: take the lock before this call
// CHECK: end of report
