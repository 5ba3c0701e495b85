// RUN: %both --checks='-*,ungil-init-global-write' %s -- -I%py314t -std=gnu11 | %filecheck %s
// What is the same in every interpreter: the module's own tables and definition, what the processor can do.
#include <Python.h>

static PyObject *run(PyObject *module, PyObject *unused) { Py_RETURN_NONE; }
static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}}, *table;
static PyModuleDef module, *definition;
static int cpu_level, probed;
static void probe(void) {
  if (!probed) {
    cpu_level = __builtin_cpu_supports("avx2") ? 2 : 1;
    probed = 1;
  }
}
static int exec(PyObject *made) {
  definition = &module;
  table = methods;
  methods[0].ml_doc = "runs";
  probe();
  return PyModule_AddFunctions(made, methods);
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_m(void) {
  module.m_slots = slots;
  return PyModuleDef_Init(&module);
}
// CHECK: end of report
