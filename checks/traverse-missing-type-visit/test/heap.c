// RUN: %both --checks='-*,ungil-traverse-missing-type-visit' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-missing-type-visit' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-traverse-missing-type-visit' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-traverse-missing-type-visit' %t.c -- -I%py314t -std=gnu11 | %filecheck --check-prefix=FIXED %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-traverse-missing-type-visit' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-traverse-missing-type-visit' %t.cpp -- -I%py314t -std=c++20 | %filecheck --check-prefix=FIXED %s
// FIXED: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *x;
} T;
static int bad_traverse(PyObject *o, visitproc visit, void *arg) {
  T *self = (T *)o;
  Py_VISIT(self->x);
  return 0;
}
static int clear(PyObject *o) {
  Py_CLEAR(((T *)o)->x);
  return 0;
}
static PyType_Slot bad_slots[] = {{Py_tp_traverse, (void *)bad_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
PyType_Spec bad_spec = {"m.Bad", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, bad_slots};
// CHECK: :[[@LINE-11]]:12: warning: instances of heap type 'm.Bad' own a reference to their type, but 'bad_traverse' does not visit it; the type is never freed [ungil-traverse-missing-type-visit]
// CHECK-NEXT: :[[@LINE-2]]:13: note: 'm.Bad' is a heap type: it is made from this spec
// CHECK-NEXT: :[[@LINE-13]]:12: note: add Py_VISIT(Py_TYPE(self)) (Python 3.9 and later)

// dict is a static type: its tp_traverse leaves the type of the object out.
typedef struct {
  PyDictObject dict;
  PyObject *x;
} D;
static int dict_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((D *)o)->x);
  return PyDict_Type.tp_traverse(o, visit, arg);
}
static PyType_Slot dict_slots[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_traverse, (void *)dict_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
PyType_Spec dict_spec = {"m.Dict", sizeof(D), 0, Py_TPFLAGS_HAVE_GC, dict_slots};
// CHECK: :[[@LINE-6]]:12: warning: instances of heap type 'm.Dict' own a reference to their type, but 'dict_traverse' does not visit it
// CHECK: :[[@LINE-2]]:13: note: 'm.Dict' is a heap type
// CHECK: :[[@LINE-8]]:12: note: add Py_VISIT

// Visited here, in a helper, in the base, or under a guard for old versions.
static int good_traverse(PyObject *o, visitproc visit, void *arg) {
#if PY_VERSION_HEX >= 0x03090000
  Py_VISIT(Py_TYPE(o));
#endif
  Py_VISIT(((T *)o)->x);
  return 0;
}
static PyType_Slot good_slots[] = {{Py_tp_traverse, (void *)good_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
PyType_Spec good_spec = {"m.Good", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, good_slots};

static int sub_traverse(PyObject *o, visitproc visit, void *arg) { return good_traverse(o, visit, arg); }
static PyType_Slot sub_slots[] = {{Py_tp_traverse, (void *)sub_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
PyType_Spec sub_spec = {"m.Sub", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, sub_slots};

static int visit_type(PyObject *self, visitproc visit, void *arg) {
  PyTypeObject *type = Py_TYPE(self);
  return visit((PyObject *)type, arg);
}
static int helped_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((T *)o)->x);
  return visit_type(o, visit, arg);
}
static PyType_Slot helped_slots[] = {{Py_tp_traverse, (void *)helped_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
PyType_Spec helped_spec = {"m.Helped", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, helped_slots};

// A base chosen at run time may visit it.
static PyTypeObject *base;
static int late_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((T *)o)->x);
  return base->tp_traverse(o, visit, arg);
}
static PyType_Slot late_slots[] = {{Py_tp_traverse, (void *)late_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
PyType_Spec late_spec = {"m.Late", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, late_slots};

// Instances of a static type own no reference to it.
static int static_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((T *)o)->x);
  return 0;
}
PyTypeObject Static_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Static", .tp_basicsize = sizeof(T),
                            .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = static_traverse, .tp_clear = clear};
// CHECK: end of report
