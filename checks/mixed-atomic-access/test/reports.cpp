// RUN: %both --checks='-*,ungil-mixed-atomic-access' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static long sequence;
static PyObject *next(PyObject *, PyObject *) { return PyLong_FromLong(__atomic_fetch_add(&sequence, 1, __ATOMIC_RELAXED)); }
METHOD(next)
static PyObject *peek(PyObject *, PyObject *) { return PyLong_FromLong(sequence); } // BAD
METHOD(peek)
