// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *a, *b;
  int kind;
} T;
static int clear(PyObject *o) {
  Py_CLEAR(((T *)o)->a);
  Py_CLEAR(((T *)o)->b);
  return 0;
}
static int repeating_traverse(PyObject *o, visitproc visit, void *arg) {
  T *self = (T *)o;
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(self->a);
  Py_VISIT(self->b);
  Py_VISIT(self->a);
  return 0;
}
// CHECK: :[[@LINE-3]]:3: warning: 'a' is visited twice; the collector counts a reference too few and may clear a live object [ungil-traverse-incomplete]
// CHECK-NEXT: :[[@LINE-6]]:3: note: visited here first
// CHECK-NEXT: :[[@LINE-5]]:3: note: visit it once
static PyType_Slot repeating[] = {{Py_tp_traverse, (void *)repeating_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
PyType_Spec repeating_spec = {"m.Repeating", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, repeating};

// Under conditions that exclude each other.
static int choosing_traverse(PyObject *o, visitproc visit, void *arg) {
  T *self = (T *)o;
  Py_VISIT(Py_TYPE(o));
  if (self->kind) {
    Py_VISIT(self->a);
    Py_VISIT(self->b);
  } else {
    Py_VISIT(self->b);
    Py_VISIT(self->a);
  }
  return 0;
}
static PyType_Slot choosing[] = {{Py_tp_traverse, (void *)choosing_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
PyType_Spec choosing_spec = {"m.Choosing", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, choosing};

// The base visits the type of the instance, which is the derived type.
typedef struct {
  T base;
  PyObject *c;
} S;
static int base_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((T *)o)->a);
  Py_VISIT(((T *)o)->b);
  return 0;
}
static int derived_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((S *)o)->c);
  return base_traverse(o, visit, arg);
}
// CHECK: :[[@LINE-2]]:10: warning: the type of the instance is visited twice; the collector counts a reference too few and may clear a live object
// CHECK-NEXT: :[[@LINE-5]]:3: note: visited here first
// CHECK-NEXT: :[[@LINE-4]]:10: note: 'base_traverse' visits it already; leave it to the base
static int leaving_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((S *)o)->c);
  return base_traverse(o, visit, arg);
}
static int derived_clear(PyObject *o) {
  Py_CLEAR(((S *)o)->c);
  return clear(o);
}
static PyType_Slot base_slots[] = {{Py_tp_traverse, (void *)base_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
static PyType_Slot derived_slots[] = {{Py_tp_traverse, (void *)derived_traverse}, {Py_tp_clear, (void *)derived_clear}, {0, NULL}};
static PyType_Slot leaving_slots[] = {{Py_tp_traverse, (void *)leaving_traverse}, {Py_tp_clear, (void *)derived_clear}, {0, NULL}};
static PyType_Spec base_spec = {"m.Base", sizeof(T), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, base_slots};
static PyType_Spec derived_spec = {"m.Derived", sizeof(S), 0, Py_TPFLAGS_HAVE_GC, derived_slots};
static PyType_Spec leaving_spec = {"m.Leaving", sizeof(S), 0, Py_TPFLAGS_HAVE_GC, leaving_slots};
PyObject *make(PyObject *module) {
  PyObject *base = PyType_FromModuleAndSpec(module, &base_spec, NULL);
  PyType_FromModuleAndSpec(module, &leaving_spec, base);
  return PyType_FromModuleAndSpec(module, &derived_spec, base);
}
// CHECK: end of report
