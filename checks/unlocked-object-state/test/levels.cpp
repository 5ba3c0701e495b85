// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-lock-held-contract' %s -- -I%py314t -I%source/include -x c++ -std=c++17 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-lock-held-contract' %s -- -I%py314t -I%source/include -x c -std=gnu11 | %filecheck %s
// The thread-safety levels of the runtime: a promise to callers, and a claim that is checked.
#include <Python.h>

#include "ungil/thread_safety.h"

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct UNGIL_DISTINCT {
  PyObject_HEAD
  Py_ssize_t n;
} Parser;
static PyObject *parse(PyObject *op, PyObject *unused) { return PyLong_FromSsize_t(++((Parser *)op)->n); }
METHOD(parse)

typedef struct UNGIL_SHARED {
  PyObject_HEAD
  Py_ssize_t n;
} Table;
UNGIL_COMPATIBLE static PyObject *load(PyObject *op, PyObject *unused) { return PyLong_FromSsize_t(++((Table *)op)->n); }
METHOD(load)

typedef struct {
  PyObject_HEAD
  Py_ssize_t n;
} Counter;
UNGIL_INCOMPATIBLE static void reset(Counter *self) { self->n = 0; }
static PyObject *restart(PyObject *op, PyObject *unused) {
  reset((Counter *)op);
  Py_RETURN_NONE;
}
METHOD(restart)

UNGIL_ATOMIC static Py_ssize_t counter_add(Counter *self, Py_ssize_t n);
static Py_ssize_t counter_add(Counter *self, Py_ssize_t n) { return self->n += n; }
// CHECK: :[[@LINE-7]]:3: error: 'reset' expects the lock of 'op' to be held, as its declaration or first statement says, but no lock is held here [ungil-lock-held-contract]
// CHECK-NEXT: :[[@LINE-5]]:1: note: 'restart' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-9]]:3: note: take the lock before this call
// CHECK-NEXT: :[[@LINE-4]]:69: warning: 'Counter.n' is modified in 'counter_add' without synchronisation while another thread runs the same function; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-5]]:19: note: 'counter_add' is declared to be shared; several threads can run it at once
// CHECK-NEXT: :[[@LINE-6]]:69: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: end of report
