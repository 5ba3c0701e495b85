// The repair where the releasing function is wrapped in a macro that casts, as in CPython's own headers.
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-missing-clear' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-missing-clear' %t.c -- -I%py314t -std=gnu11 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-missing-clear' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-missing-clear' %t.cpp -- -I%py314t -std=c++20 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// FIXED: end of report
#include <Python.h>
#ifndef Py_XDECREF
#define Py_XDECREF(op) Py_XDECREF(((PyObject *)(op)))
#endif

typedef struct {
  PyObject_HEAD
  PyObject *converter;
} Connection;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Connection *)o)->converter);
  return 0;
}
static int clear(Connection *self) {
  Py_XDECREF(self->converter);
  self->converter = NULL;
  return 0;
}
static void dealloc(Connection *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  clear(self);
  type->tp_free(self);
  Py_DECREF(type);
}
static PyObject *set(PyObject *o, PyObject *value) {
  Connection *self = (Connection *)o;
  Py_XSETREF(self->converter, Py_NewRef(value));
  Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"set", set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_clear, (void *)clear}, {Py_tp_dealloc, (void *)dealloc}, {Py_tp_methods, methods}, {0, NULL}};
PyType_Spec spec = {"m.Connection", sizeof(Connection), 0, Py_TPFLAGS_HAVE_GC, slots};
