// The repairs: applied, compiled, silent.
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-traverse-base-delegation' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-traverse-base-delegation' %t.c -- -I%py314t -std=gnu11 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-traverse-base-delegation' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-traverse-base-delegation' %t.cpp -- -I%py314t -std=c++20 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// FIXED: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *link;
} Thing;
typedef struct {
  Thing base;
  PyObject *extra;
} Derived;
static int thing_traverse(Thing *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(self->link);
  return 0;
}
static int thing_clear(PyObject *o) {
  Py_CLEAR(((Thing *)o)->link);
  return 0;
}
static PyType_Slot thing_slots[] = {{Py_tp_traverse, (void *)thing_traverse}, {Py_tp_clear, (void *)thing_clear}, {0, NULL}};
static PyType_Spec thing_spec = {"m.Thing", sizeof(Thing), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, thing_slots};
static int derived_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Derived *)o)->extra);
  return 0;
}
static int derived_clear(PyObject *o) {
  Py_CLEAR(((Derived *)o)->extra);
  return 0;
}
static PyType_Slot derived_slots[] = {{Py_tp_traverse, (void *)derived_traverse}, {Py_tp_clear, (void *)derived_clear}, {0, NULL}};
static PyType_Spec derived_spec = {"m.Derived", sizeof(Derived), 0, Py_TPFLAGS_HAVE_GC, derived_slots};
PyObject *make(PyObject *m) {
  PyObject *thing = PyType_FromModuleAndSpec(m, &thing_spec, NULL);
  return PyType_FromModuleAndSpec(m, &derived_spec, thing);
}

typedef struct {
  PyDictObject dict;
  PyObject *extra;
} Named;
static int named_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Named *)o)->extra);
  return 0;
}
static int named_clear(PyObject *o) {
  Py_CLEAR(((Named *)o)->extra);
  return 0;
}
static PyType_Slot named_slots[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_traverse, (void *)named_traverse}, {Py_tp_clear, (void *)named_clear}, {0, NULL}};
PyType_Spec named_spec = {"m.Named", sizeof(Named), 0, Py_TPFLAGS_HAVE_GC, named_slots};
