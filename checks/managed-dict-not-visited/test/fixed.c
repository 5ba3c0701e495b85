// The repairs: applied, compiled, silent.
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-managed-dict-not-visited' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-managed-dict-not-visited' %t.c -- -I%py314t -std=gnu11 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-managed-dict-not-visited' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-managed-dict-not-visited' %t.cpp -- -I%py314t -std=c++20 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// FIXED: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  int size;
} T;
#define FLAGS (Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_DICT)

static int ignoring_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  PyObject_VisitManagedDict(o, visit, arg);
  return 0;
}
static int forgetful_traverse(T *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  return 0;
}
static int forgetful_clear(T *self) { return 0; }
static PyType_Slot ignoring[] = {{Py_tp_traverse, (void *)ignoring_traverse}, {Py_tp_clear, (void *)forgetful_clear}, {0, NULL}};
PyType_Spec ignoring_spec = {"m.Ignoring", sizeof(T), 0, FLAGS, ignoring};
static PyType_Slot forgetful[] = {{Py_tp_traverse, (void *)forgetful_traverse}, {Py_tp_clear, (void *)forgetful_clear}, {0, NULL}};
PyType_Spec forgetful_spec = {"m.Forgetful", sizeof(T), 0, FLAGS, forgetful};
