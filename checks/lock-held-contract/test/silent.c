// RUN: %both --checks='-*,ungil-lock-held-contract' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-lock-held-contract' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  int n;
  PyMutex mutex;
} Counter;
static void step_lock_held(Counter *self) { self->n++; }

static PyObject *in_section(PyObject *op, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(op);
  step_lock_held((Counter *)op);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(in_section)

// The lock is a member, as in psycopg2.
static PyObject *own_lock(PyObject *op, PyObject *unused) {
  PyMutex_Lock(&((Counter *)op)->mutex);
  step_lock_held((Counter *)op);
  PyMutex_Unlock(&((Counter *)op)->mutex);
  Py_RETURN_NONE;
}
METHOD(own_lock)

// The caller hands the duty on, by its name, or because each of its callers holds the lock.
static void twice_locked(Counter *self) {
  step_lock_held(self);
  step_lock_held(self);
}
static void thrice(Counter *self) {
  twice_locked(self);
  step_lock_held(self);
}
static PyObject *hands_on(PyObject *op, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(op);
  thrice((Counter *)op);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(hands_on)

// Nobody else has the object.
static PyObject *copy(PyObject *op, PyObject *unused) {
  Counter *made = PyObject_New(Counter, Py_TYPE(op));
  made->n = 0;
  step_lock_held(made);
  return (PyObject *)made;
}
METHOD(copy)
static PyObject *counter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  PyObject *op = type->tp_alloc(type, 0);
  step_lock_held((Counter *)op);
  return op;
}
static void counter_dealloc(PyObject *op) { step_lock_held((Counter *)op); }
static int counter_traverse(PyObject *op, visitproc visit, void *arg) {
  step_lock_held((Counter *)op);
  return 0;
}
PyType_Slot counter_slots[] = {{Py_tp_new, (void *)counter_new},
                               {Py_tp_dealloc, (void *)counter_dealloc},
                               {Py_tp_traverse, (void *)counter_traverse},
                               {0, NULL}};

// What a comment says is not asserted.
static int check(Counter *self) {
  // ASSERT_WORLD_STOPPED_OR_DICT_LOCKED(self);
  /* assert(PyMutex_IsLocked(&self->mutex)); */
  return self->n >= 0;
}
static PyObject *is_valid(PyObject *op, PyObject *unused) { return PyBool_FromLong(check((Counter *)op)); }
METHOD(is_valid)

// An identity table of its own kind: which lock is meant cannot be told, so the finding is hidden.
struct table;
int table_set_LockHeld(struct table *, PyObject *);
static struct table *shared_table;
static PyObject *unknown_lock(PyObject *op, PyObject *value) {
  return PyLong_FromLong(table_set_LockHeld(shared_table, value));
}
METHOD(unknown_lock)
// CHECK: end of report
