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
  types.node = (PyTypeObject *)PyType_FromSpec(&node_spec); // BAD
  return types.node ? 0 : -1;
}
static int exec(PyObject *module) {
  error_type = PyErr_NewException("m.Error", NULL, NULL); // BAD
  return error_type ? add_types(module) : -1;
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, slots, NULL, NULL, NULL};
