// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-lock-held-contract' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-lock-held-contract' %s -- -I%py314t -x c -std=gnu11 | %filecheck %s
// What the project says of its locks, with Clang's attributes and in comments.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
#define GUARDED_BY(x) __attribute__((guarded_by(x)))
#define REQUIRES(x) __attribute__((requires_capability(x)))

typedef struct __attribute__((capability("mutex"))) {
  int state;
} Lock;
static Lock table_lock;

typedef struct {
  PyObject_HEAD
  Py_ssize_t declared GUARDED_BY(table_lock);
  Py_ssize_t outside; // ungil: guarded-by(threading.Lock of the Python half)
  // ungil: guarded-by(threading.Lock of the Python half)
  Py_ssize_t above;
  Py_ssize_t bare;
} Table;

static PyObject *count(PyObject *op, PyObject *unused) {
  Table *self = (Table *)op;
  self->outside++;
  self->above++;
  return PyLong_FromSsize_t(++self->bare);
}
METHOD(count)

static PyObject *trusted(PyObject *op, PyObject *unused) __attribute__((no_thread_safety_analysis)) ;
static PyObject *trusted(PyObject *op, PyObject *unused) {
  return PyLong_FromSsize_t(++((Table *)op)->declared);
}
METHOD(trusted)

typedef struct {
  PyObject_HEAD
  Py_ssize_t n;
} Steps;
static void step(Steps *self) REQUIRES(table_lock);
static void step(Steps *self) { self->n++; }
// ungil: guarded-by(threading.Lock of the Python half)
static PyObject *outer(PyObject *op, PyObject *unused) {
  step((Steps *)op);
  Py_RETURN_NONE;
}
METHOD(outer)
static PyObject *forgets(PyObject *op, PyObject *unused) {
  step((Steps *)op);
  Py_RETURN_NONE;
}
METHOD(forgets)
// CHECK: :[[@LINE-27]]:31: warning: 'Table.bare' is modified in 'count' without synchronisation while another thread runs the same function; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-26]]:1: note: 'count' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-29]]:31: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-7]]:3: error: 'step' expects the lock of 'op' to be held, as its declaration or first statement says, but no lock is held here [ungil-lock-held-contract]
// CHECK-NEXT: :[[@LINE-5]]:1: note: 'forgets' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-9]]:3: note: take the lock before this call
// CHECK: end of report
