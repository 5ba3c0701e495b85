// RUN: %both --checks='-*,ungil-mixed-atomic-access' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static long sequence;
static PyObject *next(PyObject *, PyObject *) { return PyLong_FromLong(__atomic_fetch_add(&sequence, 1, __ATOMIC_RELAXED)); }
METHOD(next)
static PyObject *peek(PyObject *, PyObject *) { return PyLong_FromLong(sequence); }
METHOD(peek)
// CHECK: :[[@LINE-2]]:72: warning: 'sequence' is accessed atomically in 'next' but with a plain read in 'peek'; plain and atomic accesses race [ungil-mixed-atomic-access]
// CHECK-NEXT: :[[@LINE-2]]:1: note: 'peek' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-6]]:72: note: accessed atomically here
// CHECK-NEXT: :[[@LINE-5]]:72: note: make every access atomic that other threads can run at the same time
// CHECK: end of report
