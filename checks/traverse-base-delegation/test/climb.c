// Ways to the base that end: for types that nobody derives from, and by climbing past types with the same slot.
// RUN: %both --checks='-*,ungil-traverse-base-delegation' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-base-delegation' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyDictObject dict;
  PyObject *extra;
} Sub;

static int final_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Sub *)o)->extra);
  return Py_TYPE(o)->tp_base->tp_traverse(o, visit, arg);
}
static PyType_Slot final_slots[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_traverse, (void *)final_traverse}, {0, NULL}};
PyType_Spec final_spec = {"m.Final", sizeof(Sub), 0, Py_TPFLAGS_HAVE_GC, final_slots};

static int climbing_traverse(PyObject *o, visitproc visit, void *arg) {
  PyTypeObject *type = Py_TYPE(o);
  Py_VISIT(type);
  Py_VISIT(((Sub *)o)->extra);
  while (type && type->tp_traverse != climbing_traverse)
    type = type->tp_base;
  while (type && type->tp_traverse == climbing_traverse)
    type = type->tp_base;
  return type && type->tp_traverse ? type->tp_traverse(o, visit, arg) : 0;
}
static PyType_Slot climbing_slots[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_traverse, (void *)climbing_traverse}, {0, NULL}};
PyType_Spec climbing_spec = {"m.Climbing", sizeof(Sub), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, climbing_slots};
// CHECK: end of report
