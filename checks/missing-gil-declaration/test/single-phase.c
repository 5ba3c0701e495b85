// RUN: %both --checks='-*,ungil-missing-gil-declaration' %s -- -I%py314t -std=gnu11 | %filecheck --check-prefix=MISSING %s
// RUN: %both --checks='-*,ungil-missing-gil-declaration' %s -- -I%py314t -std=gnu11 -DDECLARED | %filecheck --check-prefix=DECLARED %s
#include <Python.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "single", NULL, -1, NULL, NULL, NULL, NULL, NULL};

static PyObject *create(void) {
  PyObject *module = PyModule_Create(&definition);
#if defined(Py_GIL_DISABLED) && defined(DECLARED)
  if (module)
    PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED);
#endif
  return module;
}

PyMODINIT_FUNC PyInit_single(void) { return create(); }
// MISSING: :[[@LINE-12]]:27: {{remark|error|warning}}: module 'single' does not declare whether it needs the GIL
// MISSING-NEXT: :[[@LINE-10]]:{{[0-9]+}}: note: once the other findings are dealt with, call PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED) after PyModule_Create
// MISSING: end of report
// DECLARED: end of report
