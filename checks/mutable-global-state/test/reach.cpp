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
  calls++; // BAD
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
  void run(PyObject *object) override { current = object; } // BAD
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
  argv = static_cast<char **>(realloc(argv, 64)); // BAD
  return PyTuple_GetSlice(args, 0, argv ? 1 : 0);
}

// A slot of another unit, by the type that the function is cast to; the type object that it changes has many readers.
PyTypeObject *scratch_type;
PyObject *scratch_alloc(PyTypeObject *type, Py_ssize_t items) {
  scratch_type->tp_basicsize = type->tp_basicsize + 16; // BAD
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
