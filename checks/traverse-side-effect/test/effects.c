// RUN: %both --checks='-*,ungil-traverse-side-effect' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-side-effect' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *state;
  PyMutex mu;
} T;
static int bad_traverse(PyObject *o, visitproc visit, void *arg) {
  PyObject *st = PyObject_GetAttrString(o, "state");
  Py_VISIT(st);
  Py_XDECREF(st);
  PyMutex_Lock(&((T *)o)->mu);
  Py_VISIT(Py_TYPE(o));
  PyMutex_Unlock(&((T *)o)->mu);
  return 0;
}
static PyType_Slot bad[] = {{Py_tp_traverse, (void *)bad_traverse}, {0, NULL}};
PyType_Spec bad_spec = {"m.Bad", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, bad};
// CHECK: :[[@LINE-10]]:18: error: 'PyObject_GetAttrString' is not allowed inside tp_traverse: only visiting and plain reads are allowed while the other threads are stopped [ungil-traverse-side-effect]
// CHECK-NEXT: :[[@LINE-3]]:46: note: 'bad_traverse' is tp_traverse; the collector calls it with all other threads stopped
// CHECK-NEXT: :[[@LINE-12]]:18: note: only visit what the object owns, and read it without taking references
// CHECK: :[[@LINE-11]]:3: error: 'Py_XDECREF' is not allowed inside tp_traverse: it changes a reference count while the collector counts references
// CHECK-NEXT: :[[@LINE-6]]:46: note: 'bad_traverse' is tp_traverse; the collector calls it with all other threads stopped
// CHECK-NEXT: :[[@LINE-13]]:3: note: only visit what the object owns, and read it without taking references
// CHECK: :[[@LINE-13]]:3: error: '{{_?}}PyMutex_Lock' is not allowed inside tp_traverse: a stopped thread can hold the lock
// CHECK-NEXT: :[[@LINE-9]]:46: note: 'bad_traverse' is tp_traverse; the collector calls it with all other threads stopped
// CHECK-NEXT: :[[@LINE-15]]:3: note: only visit what the object owns, and read it without taking references

static PyObject *held(T *self) { return Py_XNewRef(self->state); }
// CHECK: :[[@LINE-1]]:41: error: '_Py_XNewRef' is not allowed inside tp_traverse: it changes a reference count
// CHECK-NEXT: :[[@LINE+7]]:47: note: 'deep_traverse' is tp_traverse
// CHECK-NEXT: :[[@LINE-3]]:18: note: 'deep_traverse' reaches 'held'
// CHECK-NEXT: :[[@LINE-4]]:41: note: only visit what the object owns, and read it without taking references
static int deep_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(held((T *)o));
  return 0;
}
static PyType_Slot deep[] = {{Py_tp_traverse, (void *)deep_traverse}, {0, NULL}};
PyType_Spec deep_spec = {"m.Deep", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, deep};

typedef struct {
  PyObject *cache;
} State;
static int good_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  if (PyDict_Check(((T *)o)->state) || PyObject_TypeCheck(((T *)o)->state, &PyDict_Type))
    Py_VISIT(((T *)o)->state);
  return PyObject_VisitManagedDict(o, visit, arg);
}
static PyType_Slot good[] = {{Py_tp_traverse, (void *)good_traverse}, {0, NULL}};
PyType_Spec good_spec = {"m.Good", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, good};
static int module_traverse(PyObject *m, visitproc visit, void *arg) {
  State *state = (State *)PyModule_GetState(m);
  Py_VISIT(state->cache);
  return 0;
}
struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "m", NULL, sizeof(State), NULL, NULL, module_traverse, NULL, NULL};

// A function that is allowed stays so where its own body is seen.
void *PyObject_GetItemData(PyObject *o) {
  if (!PyType_HasFeature(Py_TYPE(o), 1UL << 23)) {
    PyErr_SetString(PyExc_TypeError, "no items");
    return NULL;
  }
  return o;
}
static int items_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(*(PyObject **)PyObject_GetItemData(o));
  return 0;
}
static PyType_Slot items[] = {{Py_tp_traverse, (void *)items_traverse}, {0, NULL}};
PyType_Spec items_spec = {"m.Items", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, items};
// CHECK: end of report
