// RUN: %both --checks='-*,ungil-traverse-base-delegation' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-base-delegation' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

// A built-in base.
typedef struct {
  PyDictObject base;
  PyObject *extra;
} D;
static int bad_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((D *)o)->extra);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.Bad' derives from collected type 'PyDict_Type', but 'bad_traverse' does not call the base's tp_traverse; fields of the base are not visited [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-6]]:12: note: end with the base's tp_traverse, called on the base's own type object
static int bad_clear(PyObject *o) {
  Py_CLEAR(((D *)o)->extra);
  return 0;
}
// CHECK-NEXT: :[[@LINE-4]]:12: warning: 'm.Bad' derives from collected type 'PyDict_Type', but 'bad_clear' does not call the base's tp_clear; fields of the base are not cleared
// CHECK-NEXT: :[[@LINE-5]]:12: note: end with the base's tp_clear
static int good_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((D *)o)->extra);
  return PyDict_Type.tp_traverse(o, visit, arg);
}
static int good_clear(PyObject *o) {
  Py_CLEAR(((D *)o)->extra);
  return PyDict_Type.tp_clear(o);
}
static PyType_Slot bad[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_traverse, (void *)bad_traverse}, {Py_tp_clear, (void *)bad_clear}, {0, NULL}};
static PyType_Slot good[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_traverse, (void *)good_traverse}, {Py_tp_clear, (void *)good_clear}, {0, NULL}};
static PyType_Slot half[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_traverse, (void *)good_traverse}, {0, NULL}};
PyType_Spec bad_spec = {"m.Bad", sizeof(D), 0, Py_TPFLAGS_HAVE_GC, bad};
PyType_Spec good_spec = {"m.Good", sizeof(D), 0, Py_TPFLAGS_HAVE_GC, good};
PyType_Spec half_spec = {"m.Half", sizeof(D), 0, Py_TPFLAGS_DEFAULT, half};
// CHECK: :[[@LINE-1]]:13: warning: 'm.Half' gives tp_traverse alone and not Py_TPFLAGS_HAVE_GC; nothing is inherited from 'PyDict_Type' and the collector does not see the instances
// CHECK-NEXT: :[[@LINE-2]]:13: note: add Py_TPFLAGS_HAVE_GC and the missing slot, or give neither

// A base of the module, whose field the derived type forgets. The base is given where the type is made.
typedef struct {
  PyObject_HEAD
  PyObject *item;
} Base;
typedef struct {
  Base base;
  PyObject *label;
} Sub;
static int base_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Base *)o)->item);
  return 0;
}
static int base_clear(PyObject *o) {
  Py_CLEAR(((Base *)o)->item);
  return 0;
}
static PyType_Slot base_slots[] = {{Py_tp_traverse, (void *)base_traverse}, {Py_tp_clear, (void *)base_clear}, {0, NULL}};
static PyType_Spec base_spec = {"m.Base", sizeof(Base), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, base_slots};

static int forgetful_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Sub *)o)->label);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.Forgetful' derives from collected type 'm.Base', but 'forgetful_traverse' does not call the base's tp_traverse; fields of the base are not visited
// CHECK-NEXT: :[[@LINE-8]]:20: note: the base 'm.Base' is defined here
// CHECK-NEXT: :[[@LINE-7]]:12: note: end with the base's tp_traverse
static int calling_clear(PyObject *o) {
  Py_CLEAR(((Sub *)o)->label);
  return base_clear(o);
}
static PyType_Slot forgetful_slots[] = {{Py_tp_traverse, (void *)forgetful_traverse}, {Py_tp_clear, (void *)calling_clear}, {0, NULL}};
static PyType_Spec forgetful_spec = {"m.Forgetful", sizeof(Sub), 0, Py_TPFLAGS_HAVE_GC, forgetful_slots};

// Touches every field of the base itself.
static int inlining_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Sub *)o)->label);
  Py_VISIT(((Sub *)o)->base.item);
  return 0;
}
static PyType_Slot inlining_slots[] = {{Py_tp_traverse, (void *)inlining_traverse}, {Py_tp_clear, (void *)calling_clear}, {0, NULL}};
static PyType_Spec inlining_spec = {"m.Inlining", sizeof(Sub), 0, Py_TPFLAGS_HAVE_GC, inlining_slots};

// Through the type of the object: a subclass made in Python has this very type as its base.
static int recursive_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  return Py_TYPE(o)->tp_base->tp_traverse(o, visit, arg);
}
// CHECK: :[[@LINE-2]]:10: warning: calling the base through the type of the object recurses endlessly for subclasses of 'm.Recursive', whose base is 'm.Recursive' itself
// CHECK-NEXT: :[[@LINE-3]]:10: note: call tp_traverse of the base type by name, or keep the base in the module's state
static PyType_Slot recursive_slots[] = {{Py_tp_traverse, (void *)recursive_traverse}, {Py_tp_clear, (void *)calling_clear}, {0, NULL}};
static PyType_Spec recursive_spec = {"m.Recursive", sizeof(Sub), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, recursive_slots};
static PyType_Spec final_spec = {"m.Final", sizeof(Sub), 0, Py_TPFLAGS_HAVE_GC, recursive_slots};

static PyTypeObject *make(PyObject *m, PyType_Spec *spec, PyObject *base) {
  return (PyTypeObject *)PyType_FromModuleAndSpec(m, spec, base);
}
static int exec(PyObject *m) {
  PyTypeObject *base = make(m, &base_spec, NULL);
  return make(m, &forgetful_spec, (PyObject *)base) && make(m, &inlining_spec, (PyObject *)base) &&
         make(m, &recursive_spec, (PyObject *)base) && make(m, &final_spec, (PyObject *)base);
}
static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
struct PyModuleDef module_def = {PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, module_slots};
// CHECK: end of report
