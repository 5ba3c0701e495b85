// RUN: %both --checks='-*,ungil-init-global-write' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

// Imported once in the process.
static PyObject *error_type;
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, -1, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_m(void) {
  error_type = PyErr_NewException("m.Error", NULL, NULL);
  return PyModule_Create(&module);
}
