// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// State that is named and reached in roundabout ways.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// A static member, behind an accessor and a reference.
class Statistics {
public:
  static long &calls() { return Calls; }

private:
  static long Calls;
};
long Statistics::Calls = 0;
static PyObject *count(PyObject *, PyObject *) {
  long &calls = Statistics::calls();
  calls++;
  return PyLong_FromLong(calls);
}
METHOD(count)

// Written by a function that only virtual calls reach.
static PyObject *current;
struct Action {
  virtual ~Action() = default;
  virtual void run(PyObject *object) = 0;
};
struct Remember : Action {
  void run(PyObject *object) override { current = object; }
};
static PyObject *run_action(PyObject *, PyObject *value) {
  Remember remember;
  Action &action = remember;
  action.run(value);
  return Py_NewRef(current);
}
METHOD(run_action)

// A method whose table is in another unit: it has no use for its first parameter.
PyObject *command_line(PyObject *self, PyObject *args) {
  static char **argv;
  argv = static_cast<char **>(realloc(argv, 64));
  return PyTuple_GetSlice(args, 0, argv ? 1 : 0);
}

// A slot of another unit, by the type that the function is cast to; the type object that it changes has many readers.
PyTypeObject *scratch_type;
PyObject *scratch_alloc(PyTypeObject *type, Py_ssize_t items) {
  scratch_type->tp_basicsize = type->tp_basicsize + 16;
  return PyType_GenericAlloc(scratch_type, items);
}
bool has_room(PyTypeObject *type) { return type->tp_alloc == (allocfunc)scratch_alloc; }

// Set up by what gets the module and its dict: initialisation, although another unit calls it.
static PyObject *table[4];
int add_all(PyObject *module, PyObject *dict) {
  for (PyObject *&entry : table)
    entry = PyLong_FromLong(1);
  return PyDict_SetItemString(dict, "first", table[0]);
}
// CHECK: :[[@LINE-44]]:3: warning: 'Calls' is updated in 'count' with no common lock; updates get lost on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-42]]:1: note: 'count' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-51]]:3: note: make it atomic, or guard every use with one PyMutex
// CHECK: :[[@LINE-35]]:41: warning: 'current' is written in 'Remember::run' and read in 'run_action' with no common lock; a thread can use or free what another has replaced on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-28]]:1: note: 'run_action' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-32]]:3: note: which calls 'Remember::run' here
// CHECK-NEXT: :[[@LINE-32]]:10: note: read here in 'run_action'
// CHECK-NEXT: :[[@LINE-31]]:1: note: 'run_action' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-46]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-28]]:3: warning: 'argv' is updated in 'command_line' with no common lock; a thread can use or free what another has replaced on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-31]]:11: note: 'command_line' is a method in the table of another unit; several threads can run it at once
// CHECK-NEXT: :[[@LINE-31]]:3: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-24]]:3: warning: 'scratch_type->tp_basicsize' is written in 'scratch_alloc' with no common lock; threads corrupt it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-22]]:62: note: 'scratch_alloc' is allocfunc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-28]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: end of report
