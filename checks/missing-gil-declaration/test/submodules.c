// A module that PyInit makes for the namespace of its own: the import statement does not load it.
// RUN: %both --checks='-*,ungil-missing-gil-declaration' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

static struct PyModuleDef errors_module = {PyModuleDef_HEAD_INIT, "package.errors", NULL, -1, NULL, NULL, NULL, NULL, NULL};
static struct PyModuleDef package_module = {PyModuleDef_HEAD_INIT, "package", NULL, -1, NULL, NULL, NULL, NULL, NULL};
// CHECK: :[[@LINE-1]]:27: {{remark|error|warning}}: module 'package' does not declare whether it needs the GIL
// CHECK-NEXT: note: once the other findings are dealt with
// CHECK: end of report

static PyObject *init_errors(void) {
  PyObject *module = PyModule_Create(&errors_module);
  return module;
}

static PyObject *init_package(void) {
  PyObject *package, *errors = init_errors();
  package = PyModule_Create(&package_module);
  if (package == NULL || PyModule_Add(package, "errors", errors) < 0)
    return NULL;
  return package;
}

PyMODINIT_FUNC PyInit_package(void) { return init_package(); }
