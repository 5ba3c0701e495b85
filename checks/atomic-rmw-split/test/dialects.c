// RUN: %both --checks='-*,ungil-atomic-rmw-split' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <stdatomic.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static atomic_long c11;
static PyObject *use_c11(PyObject *module, PyObject *unused) {
  atomic_store(&c11, atomic_load(&c11) + 1);
  Py_RETURN_NONE;
}
METHOD(use_c11)

static _Atomic(long) qualified;
static PyObject *use_qualified(PyObject *module, PyObject *unused) {
  qualified = qualified + 1;
  Py_RETURN_NONE;
}
METHOD(use_qualified)

static int builtin;
static PyObject *use_builtin(PyObject *module, PyObject *unused) {
  int old = __atomic_load_n(&builtin, __ATOMIC_ACQUIRE);
  __atomic_store_n(&builtin, old * 2, __ATOMIC_RELEASE);
  Py_RETURN_NONE;
}
METHOD(use_builtin)

static int python;
static PyObject *use_python(PyObject *module, PyObject *unused) {
  _Py_atomic_store_int_relaxed(&python, _Py_atomic_load_int_relaxed(&python) + 1);
  Py_RETURN_NONE;
}
METHOD(use_python)
// CHECK: :[[@LINE-26]]:3: warning: update of atomic 'c11' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-24]]:1: note: 'use_c11' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-28]]:3: note: loaded here
// CHECK-NEXT: :[[@LINE-29]]:3: note: use fetch_add, or compare_exchange in a loop
// CHECK: :[[@LINE-23]]:3: warning: update of atomic 'qualified' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-21]]:1: note: 'use_qualified' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-25]]:15: note: loaded here
// CHECK-NEXT: :[[@LINE-26]]:3: note: use fetch_add, or compare_exchange in a loop
// CHECK: :[[@LINE-19]]:3: warning: update of atomic 'builtin' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-17]]:1: note: 'use_builtin' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-22]]:13: note: loaded here
// CHECK-NEXT: :[[@LINE-22]]:3: note: use compare_exchange in a loop
// CHECK: :[[@LINE-16]]:3: warning: update of atomic 'python' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-14]]:1: note: 'use_python' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-18]]:41: note: loaded here
// CHECK-NEXT: :[[@LINE-19]]:3: note: use fetch_add, or compare_exchange in a loop
// CHECK: end of report
