// The repair: applied, compiled, silent.
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-gc-track-before-init' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-gc-track-before-init' %t.c -- -I%py314t -std=gnu11 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-gc-track-before-init' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-gc-track-before-init' %t.cpp -- -I%py314t -std=c++20 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// FIXED: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *child;
} Node;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Node *)o)->child);
  return 0;
}
static PyType_Slot slots[] = {{Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec spec = {"m.Node", sizeof(Node), 0, Py_TPFLAGS_HAVE_GC, slots};

PyObject *make(PyTypeObject *t, PyObject *c) {
  Node *n = PyObject_GC_New(Node, t);
  if (!n)
    return NULL;
  PyObject_GC_Track(n);
  n->child = PyObject_Repr(c);
  return (PyObject *)n;
}
