// RUN: %both --checks='-*,ungil-init-global-write' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-init-global-write' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

static PyObject *error_type;
static struct {
  PyTypeObject *node;
} types;
static PyType_Slot node_slots[] = {{0, NULL}};
static PyType_Spec node_spec = {"m.Node", sizeof(PyObject), 0, 0, node_slots};

static int add_types(PyObject *module) {
  types.node = (PyTypeObject *)PyType_FromSpec(&node_spec);
  return types.node ? 0 : -1;
}
static int exec(PyObject *module) {
  error_type = PyErr_NewException("m.Error", NULL, NULL);
  return error_type ? add_types(module) : -1;
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, slots, NULL, NULL, NULL};
// CHECK: :[[@LINE-9]]:3: remark: module exec function writes process-wide 'types.node'; interpreters that import this module in parallel race on it, and use each other's object [ungil-init-global-write]
// CHECK-NEXT: :[[@LINE-3]]:50: note: 'exec' is Py_mod_exec; it runs in every interpreter
// CHECK-NEXT: :[[@LINE-6]]:23: note: which calls 'add_types' here
// CHECK-NEXT: :[[@LINE-19]]:1: note: keep it in the module's state
// CHECK: :[[@LINE-9]]:3: remark: module exec function writes process-wide 'error_type'; interpreters that import this module in parallel race on it, and use each other's object [ungil-init-global-write]
// CHECK-NEXT: :[[@LINE-7]]:50: note: 'exec' is Py_mod_exec; it runs in every interpreter
// CHECK-NEXT: :[[@LINE-23]]:1: note: keep it in the module's state
// CHECK: end of report
