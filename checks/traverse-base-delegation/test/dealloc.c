// RUN: %both --checks='-*,ungil-traverse-base-delegation' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-base-delegation' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

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
static void base_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  base_clear(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot base_slots[] = {
    {Py_tp_traverse, (void *)base_traverse}, {Py_tp_clear, (void *)base_clear}, {Py_tp_dealloc, (void *)base_dealloc}, {0, NULL}};
static PyType_Spec base_spec = {"m.Base", sizeof(Base), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, base_slots};
// CHECK: :[[@LINE+3]]:13: warning: 'm.Forgetful' derives from collected type 'm.Base', but 'forgetful_dealloc' does not call the base's tp_dealloc; fields of the base are not released [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-2]]:20: note: the base 'm.Base' is defined here
// CHECK-NEXT: :[[@LINE+1]]:13: note: end with the base's tp_dealloc, called on the base's own type object
static void forgetful_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((Sub *)o)->label);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot forgetful_slots[] = {{Py_tp_dealloc, (void *)forgetful_dealloc}, {0, NULL}};
static PyType_Spec forgetful_spec = {"m.Forgetful", sizeof(Sub), 0, Py_TPFLAGS_DEFAULT, forgetful_slots};

// Calls it; clears the base's field itself; frees nothing.
static void chaining_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((Sub *)o)->label);
  base_dealloc(o);
}
static void clearing_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((Sub *)o)->label);
  base_clear(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot chaining_slots[] = {{Py_tp_dealloc, (void *)chaining_dealloc}, {0, NULL}};
static PyType_Slot clearing_slots[] = {{Py_tp_dealloc, (void *)clearing_dealloc}, {0, NULL}};
static PyType_Spec chaining_spec = {"m.Chaining", sizeof(Sub), 0, Py_TPFLAGS_DEFAULT, chaining_slots};
static PyType_Spec clearing_spec = {"m.Clearing", sizeof(Sub), 0, Py_TPFLAGS_DEFAULT, clearing_slots};

// A dict that is emptied through dict's own functions.
typedef struct {
  PyDictObject dict;
  PyObject *order;
} Ordered;
static int ordered_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Ordered *)o)->order);
  return PyDict_Type.tp_traverse(o, visit, arg);
}
static int ordered_clear(PyObject *o) {
  Py_CLEAR(((Ordered *)o)->order);
  PyDict_Clear(o);
  return 0;
}
static void ordered_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((Ordered *)o)->order);
  PyDict_Type.tp_dealloc(o);
}
static PyType_Slot ordered_slots[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_traverse, (void *)ordered_traverse},
                                      {Py_tp_clear, (void *)ordered_clear}, {Py_tp_dealloc, (void *)ordered_dealloc}, {0, NULL}};
PyType_Spec ordered_spec = {"m.Ordered", sizeof(Ordered), 0, Py_TPFLAGS_HAVE_GC, ordered_slots};

int make(PyObject *module) {
  PyObject *base = PyType_FromModuleAndSpec(module, &base_spec, NULL);
  return PyType_FromModuleAndSpec(module, &forgetful_spec, base) && PyType_FromModuleAndSpec(module, &chaining_spec, base) &&
         PyType_FromModuleAndSpec(module, &clearing_spec, base);
}
// CHECK: end of report
