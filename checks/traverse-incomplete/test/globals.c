// A module that there is one of visits variables with static storage; they are its own.
// RUN: %both --checks='-*,ungil-traverse-incomplete,ungil-module-state-gc' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-incomplete,ungil-module-state-gc' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

static PyObject *hook, *logger;
static int module_traverse(PyObject *module, visitproc visit, void *arg) {
  Py_VISIT(hook);
  Py_VISIT(logger);
  return 0;
}
static int module_clear(PyObject *module) {
  Py_CLEAR(hook);
  Py_CLEAR(logger);
  return 0;
}
struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, -1, NULL, NULL, module_traverse, module_clear, NULL};

// A type of modules, of which one instance is made, in the same way.
static int kind_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(hook);
  return PyModule_Type.tp_traverse(o, visit, arg);
}
static PyType_Slot kind_slots[] = {{Py_tp_base, &PyModule_Type}, {Py_tp_traverse, (void *)kind_traverse}, {0, NULL}};
PyType_Spec kind_spec = {"m.Kind", 0, 0, Py_TPFLAGS_HAVE_GC, kind_slots};
// CHECK: end of report
