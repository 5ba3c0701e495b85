// A base that another module offers in a capsule is a static type, whose tp_traverse leaves the type out.
// RUN: %both --checks='-*,ungil-traverse-missing-type-visit' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-missing-type-visit' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyTypeObject *base;
} Api;
typedef struct {
  PyObject_HEAD
  PyObject *value;
} Box;
typedef struct {
  Api *api;
  PyTypeObject *home;
} State;

static Api *api_of(PyObject *o) {
  State *state = (State *)PyType_GetModuleState(Py_TYPE(o));
  return state->api;
}
static int bad_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Box *)o)->value);
  return api_of(o)->base->tp_traverse(o, visit, arg);
}
// CHECK: :[[@LINE-4]]:12: warning: instances of heap type 'm.Bad' own a reference to their type, but 'bad_traverse' does not visit it; the type is never freed [ungil-traverse-missing-type-visit]
// CHECK-NEXT: :[[@LINE+3]]:13: note: 'm.Bad' is a heap type: it is made from this spec
// CHECK-NEXT: :[[@LINE-6]]:12: note: add Py_VISIT(Py_TYPE(self)) (Python 3.9 and later)
static PyType_Slot bad_slots[] = {{Py_tp_traverse, (void *)bad_traverse}, {0, NULL}};
PyType_Spec bad_spec = {"m.Bad", sizeof(Box), 0, Py_TPFLAGS_HAVE_GC, bad_slots};

static int good_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Box *)o)->value);
  return api_of(o)->base->tp_traverse(o, visit, arg);
}
static PyType_Slot good_slots[] = {{Py_tp_traverse, (void *)good_traverse}, {0, NULL}};
PyType_Spec good_spec = {"m.Good", sizeof(Box), 0, Py_TPFLAGS_HAVE_GC, good_slots};

// A base that comes from elsewhere can be a heap type, which visits.
static int unknown_traverse(PyObject *o, visitproc visit, void *arg) {
  State *state = (State *)PyType_GetModuleState(Py_TYPE(o));
  Py_VISIT(((Box *)o)->value);
  return state->home->tp_traverse(o, visit, arg);
}
static PyType_Slot unknown_slots[] = {{Py_tp_traverse, (void *)unknown_traverse}, {0, NULL}};
PyType_Spec unknown_spec = {"m.Unknown", sizeof(Box), 0, Py_TPFLAGS_HAVE_GC, unknown_slots};

int exec(PyObject *m, PyObject *home) {
  State *state = (State *)PyModule_GetState(m);
  state->api = (Api *)PyCapsule_Import("other._API", 0);
  state->home = (PyTypeObject *)Py_NewRef(home);
  return state->api ? 0 : -1;
}
// CHECK: end of report
