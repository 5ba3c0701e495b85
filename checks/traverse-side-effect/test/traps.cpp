// What may be called, by name, and what may not although it looks harmless.
// RUN: %both --checks='-*,ungil-traverse-side-effect' %s -- -I%py314t -std=c++20 | %filecheck %s
#include <Python.h>
#include <shared_mutex>
#include <vector>

extern "C" {
void *PyType_GetModuleState_DuringGC(PyTypeObject *);
int PyType_GetBaseByToken(PyTypeObject *, void *, PyTypeObject **);
}
struct Table {
  std::shared_mutex mutex;
  std::vector<PyObject *> values;
};
struct Object {
  PyObject_HEAD
  Table *table;
};

// Reading its own containers, asking for types and state.
static int good_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  if (!PyObject_TypeCheck(o, Py_TYPE(o)) || !PyType_HasFeature(Py_TYPE(o), Py_TPFLAGS_HAVE_GC))
    return 0;
  auto *state = (PyObject **)PyType_GetModuleState(Py_TYPE(o));
  auto *same = (PyObject **)PyType_GetModuleState_DuringGC(Py_TYPE(o));
  if (!state || state != same)
    return 0;
  for (PyObject *value : ((Object *)o)->table->values)
    Py_VISIT(value);
  return 0;
}

// It takes a reference to the type that it finds.
static int token_traverse(PyObject *o, visitproc visit, void *arg) {
  PyTypeObject *base = nullptr;
  if (PyType_GetBaseByToken(Py_TYPE(o), nullptr, &base) < 0)
    return -1;
  Py_VISIT(Py_TYPE(o));
  return 0;
}
// CHECK: :[[@LINE-5]]:7: error: 'PyType_GetBaseByToken' is not allowed inside tp_traverse: only visiting and plain reads are allowed while the other threads are stopped [ungil-traverse-side-effect]
// CHECK-NEXT: :[[@LINE+28]]:54: note: 'token_traverse' is tp_traverse; the collector calls it with all other threads stopped
// CHECK-NEXT: :[[@LINE-7]]:7: note: only visit what the object owns, and read it without taking references

// The owner of the lock can be among the threads that are stopped.
static int locked_traverse(PyObject *o, visitproc visit, void *arg) {
  Table *table = ((Object *)o)->table;
  table->mutex.lock_shared();
  for (PyObject *value : table->values)
    Py_VISIT(value);
  table->mutex.unlock_shared();
  return 0;
}
// CHECK: :[[@LINE-6]]:3: error: 'shared_mutex::lock_shared' is not allowed inside tp_traverse: a stopped thread can hold the lock
// CHECK-NEXT: :[[@LINE+16]]:55: note: 'locked_traverse' is tp_traverse; the collector calls it with all other threads stopped
// CHECK-NEXT: :[[@LINE-8]]:3: note: only visit what the object owns, and read it without taking references

static int guarded_traverse(PyObject *o, visitproc visit, void *arg) {
  Table *table = ((Object *)o)->table;
  std::shared_lock<std::shared_mutex> guard(table->mutex);
  for (PyObject *value : table->values)
    Py_VISIT(value);
  return 0;
}
// CHECK: :[[@LINE-5]]:39: error: 'shared_lock::shared_lock' is not allowed inside tp_traverse: a stopped thread can hold the lock
// CHECK-NEXT: :[[@LINE+6]]:56: note: 'guarded_traverse' is tp_traverse; the collector calls it with all other threads stopped
// CHECK-NEXT: :[[@LINE-7]]:39: note: only visit what the object owns, and read it without taking references

static PyType_Slot good_slots[] = {{Py_tp_traverse, (void *)good_traverse}, {0, nullptr}};
static PyType_Slot token_slots[] = {{Py_tp_traverse, (void *)token_traverse}, {0, nullptr}};
static PyType_Slot locked_slots[] = {{Py_tp_traverse, (void *)locked_traverse}, {0, nullptr}};
static PyType_Slot guarded_slots[] = {{Py_tp_traverse, (void *)guarded_traverse}, {0, nullptr}};
PyType_Slot *slots[] = {good_slots, token_slots, locked_slots, guarded_slots};
// CHECK: end of report
