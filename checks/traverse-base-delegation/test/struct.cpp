// Structs that inherit in C++, and a base in a template.
// RUN: %both --checks='-*,ungil-traverse-base-delegation,ungil-traverse-incomplete,ungil-missing-clear' %s -- -I%py314t -std=c++20 | %filecheck %s
#include <Python.h>

struct Base : PyObject {
  PyObject *link;
};
struct Derived : Base {
  PyObject *extra;
};

static int base_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(static_cast<Base *>(o)->link);
  return 0;
}
static int base_clear(PyObject *o) {
  Py_CLEAR(static_cast<Base *>(o)->link);
  return 0;
}
static void base_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  base_clear(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot base_slots[] = {{Py_tp_traverse, (void *)base_traverse}, {Py_tp_clear, (void *)base_clear}, {Py_tp_dealloc, (void *)base_dealloc}, {0, nullptr}};
static PyType_Spec base_spec = {"m.Base", sizeof(Base), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, base_slots};

static void derived_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  Py_CLEAR(static_cast<Derived *>(o)->extra);
  base_dealloc(o);
}
static int bad_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(static_cast<Derived *>(o)->extra);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.Bad' derives from collected type 'm.Base', but 'bad_traverse' does not call the base's tp_traverse; fields of the base are not visited [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-13]]:20: note: the base 'm.Base' is defined here
// CHECK-NEXT: :[[@LINE-7]]:12: note: end with the base's tp_traverse, called on the base's own type object
static int bad_clear(PyObject *o) {
  Py_CLEAR(static_cast<Derived *>(o)->extra);
  return 0;
}
// CHECK: :[[@LINE-4]]:12: warning: 'm.Bad' derives from collected type 'm.Base', but 'bad_clear' does not call the base's tp_clear; fields of the base are not cleared
// CHECK-NEXT: :[[@LINE-20]]:20: note: the base 'm.Base' is defined here
// CHECK-NEXT: :[[@LINE-6]]:12: note: end with the base's tp_clear, called on the base's own type object
static PyType_Slot bad_slots[] = {{Py_tp_traverse, (void *)bad_traverse}, {Py_tp_clear, (void *)bad_clear}, {Py_tp_dealloc, (void *)derived_dealloc}, {0, nullptr}};
static PyType_Spec bad_spec = {"m.Bad", sizeof(Derived), 0, Py_TPFLAGS_HAVE_GC, bad_slots};

// The base's field, which Derived inherits, touched here.
static int inlined_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(static_cast<Derived *>(o)->extra);
  Py_VISIT(static_cast<Derived *>(o)->link);
  return 0;
}
static int calling_clear(PyObject *o) {
  Py_CLEAR(static_cast<Derived *>(o)->extra);
  return base_clear(o);
}
static PyType_Slot good_slots[] = {{Py_tp_traverse, (void *)inlined_traverse}, {Py_tp_clear, (void *)calling_clear}, {Py_tp_dealloc, (void *)derived_dealloc}, {0, nullptr}};
static PyType_Spec good_spec = {"m.Good", sizeof(Derived), 0, Py_TPFLAGS_HAVE_GC, good_slots};

// A field of the derived struct itself that is forgotten.
static int forgetful_traverse(PyObject *o, visitproc visit, void *arg) { return base_traverse(o, visit, arg); }
// CHECK: :[[@LINE-1]]:12: warning: 'extra' is owned by 'm.Forgetful' but not visited in 'forgetful_traverse'
// CHECK-NEXT: :[[@LINE-62]]:13: note: 'extra' is not visited
// CHECK-NEXT: :[[@LINE-10]]:3: note: it owns a reference: 'calling_clear' releases it here
// CHECK-NEXT: :[[@LINE-4]]:12: note: add a Py_VISIT for it here
static PyType_Slot forgetful_slots[] = {{Py_tp_traverse, (void *)forgetful_traverse}, {Py_tp_clear, (void *)calling_clear}, {Py_tp_dealloc, (void *)derived_dealloc}, {0, nullptr}};
static PyType_Spec forgetful_spec = {"m.Forgetful", sizeof(Derived), 0, Py_TPFLAGS_HAVE_GC, forgetful_slots};

int make(PyObject *m, PyObject **kept) {
  PyObject *base = PyType_FromModuleAndSpec(m, &base_spec, nullptr);
  kept[0] = PyType_FromModuleAndSpec(m, &bad_spec, base);
  kept[1] = PyType_FromModuleAndSpec(m, &good_spec, base);
  kept[2] = PyType_FromModuleAndSpec(m, &forgetful_spec, base);
  return 0;
}
// CHECK: end of report
