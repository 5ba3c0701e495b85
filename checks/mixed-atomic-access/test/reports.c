// RUN: %both --checks='-*,ungil-mixed-atomic-access' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// CPython's functions.
typedef struct {
  PyObject_HEAD
  int state;
  long count;
} Worker;
static PyObject *start(PyObject *self, PyObject *unused) {
  _Py_atomic_store_int(&((Worker *)self)->state, 1);
  Py_RETURN_NONE;
}
METHOD(start)
static PyObject *is_running(PyObject *self, PyObject *unused) {
  return PyBool_FromLong(((Worker *)self)->state);
}
METHOD(is_running)

// The compiler's builtins; the plain side writes.
static long total;
static PyObject *get_total(PyObject *module, PyObject *unused) {
  return PyLong_FromLong(__atomic_load_n(&total, __ATOMIC_ACQUIRE));
}
METHOD(get_total)
static PyObject *set_total(PyObject *module, PyObject *value) {
  total = PyLong_AsLong(value);
  Py_RETURN_NONE;
}
METHOD(set_total)
static PyObject *print_total(PyObject *module, PyObject *unused) {
  return PyUnicode_FromFormat("%ld", total);
}
METHOD(print_total)

// A lock on the plain side alone keeps nothing apart.
static PyMutex lock;
static int users;
static PyObject *enter(PyObject *module, PyObject *unused) {
  __sync_fetch_and_add(&users, 1);
  Py_RETURN_NONE;
}
METHOD(enter)
static PyObject *reset(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&lock);
  users = 0;
  PyMutex_Unlock(&lock);
  Py_RETURN_NONE;
}
METHOD(reset)
// CHECK: :[[@LINE-35]]:26: warning: 'Worker.state' is accessed atomically in 'start' but with a plain read in 'is_running'; plain and atomic accesses race [ungil-mixed-atomic-access]
// CHECK-NEXT: :[[@LINE-34]]:1: note: 'is_running' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-42]]:3: note: accessed atomically here
// CHECK-NEXT: :[[@LINE-38]]:26: note: make every access atomic that other threads can run at the same time
// CHECK: :[[@LINE-28]]:3: warning: 'total' is accessed atomically in 'get_total' but with a plain write in 'set_total'; plain and atomic accesses race [ungil-mixed-atomic-access]
// CHECK-NEXT: :[[@LINE-26]]:1: note: 'set_total' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-34]]:26: note: accessed atomically here
// CHECK-NEXT: :[[@LINE-31]]:3: note: make every access atomic that other threads can run at the same time
// CHECK: :[[@LINE-13]]:3: warning: 'users' is accessed atomically in 'enter' but with a plain write in 'reset'; plain and atomic accesses race [ungil-mixed-atomic-access]
// CHECK-NEXT: :[[@LINE-10]]:1: note: 'reset' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-21]]:3: note: accessed atomically here
// CHECK-NEXT: :[[@LINE-16]]:3: note: make every access atomic that other threads can run at the same time
// CHECK: end of report
