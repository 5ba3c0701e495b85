// What a slot of a built-in type visits: not the type of the object.
// RUN: %both --checks='-*,ungil-traverse-missing-type-visit' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-missing-type-visit' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyDictObject dict;
  PyObject *missing;
} Counter;
static PyType_Slot counter_slots[] = {{Py_tp_base, &PyDict_Type}, {0, NULL}};
PyType_Spec counter_spec = {"m.Counter", sizeof(Counter), 0, Py_TPFLAGS_DEFAULT, counter_slots};
// CHECK: :[[@LINE-1]]:13: warning: heap type 'm.Counter' inherits tp_traverse from 'PyDict_Type', which does not visit the type of the instance; the type is never freed [ungil-traverse-missing-type-visit]
// CHECK-NEXT: :[[@LINE-2]]:13: note: add a tp_traverse that visits Py_TYPE(self) and calls the base's, and a tp_clear

// Kept in a table when the module is made.
static struct {
  traverseproc traverse;
  inquiry clear;
} of_type;
static int meta_traverse(PyObject *o, visitproc visit, void *arg) { return of_type.traverse(o, visit, arg); }
// CHECK: :[[@LINE-1]]:12: warning: instances of heap type 'm.Meta' own a reference to their type, but 'meta_traverse' does not visit it; the type is never freed
// CHECK-NEXT: :[[@LINE+5]]:13: note: 'm.Meta' is a heap type: it is made from this spec
// CHECK-NEXT: :[[@LINE-3]]:12: note: add Py_VISIT(Py_TYPE(self)) (Python 3.9 and later)
static int meta_clear(PyObject *o) { return of_type.clear(o); }
static PyType_Slot meta_slots[] = {
    {Py_tp_base, &PyType_Type}, {Py_tp_traverse, (void *)meta_traverse}, {Py_tp_clear, (void *)meta_clear}, {0, NULL}};
PyType_Spec meta_spec = {"m.Meta", 0, 0, Py_TPFLAGS_HAVE_GC, meta_slots};
void remember(void) {
  PyTypeObject *type = &PyType_Type;
  of_type.traverse = (traverseproc)PyType_GetSlot(type, Py_tp_traverse);
  of_type.clear = type->tp_clear;
}

// Unknown until run time.
static struct {
  traverseproc traverse;
} of_other;
static int other_traverse(PyObject *o, visitproc visit, void *arg) { return of_other.traverse(o, visit, arg); }
static PyType_Slot other_slots[] = {{Py_tp_base, &PyType_Type}, {Py_tp_traverse, (void *)other_traverse}, {Py_tp_clear, (void *)meta_clear}, {0, NULL}};
PyType_Spec other_spec = {"m.Other", 0, 0, Py_TPFLAGS_HAVE_GC, other_slots};
void choose(PyTypeObject *type) { of_other.traverse = (traverseproc)PyType_GetSlot(type, Py_tp_traverse); }

// A type that adds nothing, and one whose attributes cannot be set.
typedef struct {
  PyDictObject dict;
  long count;
} Tally;
static PyType_Slot tally_slots[] = {{Py_tp_base, &PyDict_Type}, {0, NULL}};
PyType_Spec tally_spec = {"m.Tally", sizeof(Tally), 0, Py_TPFLAGS_DEFAULT, tally_slots};
static PyType_Slot fixed_slots[] = {{Py_tp_base, &PyDict_Type}, {0, NULL}};
PyType_Spec fixed_spec = {"m.Fixed", sizeof(Counter), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, fixed_slots};

// A base without tp_traverse.
static PyType_Slot text_slots[] = {{Py_tp_base, &PyUnicode_Type}, {0, NULL}};
PyType_Spec text_spec = {"m.Text", 0, 0, Py_TPFLAGS_DEFAULT, text_slots};
// CHECK: end of report
