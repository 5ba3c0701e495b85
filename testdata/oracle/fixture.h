/* What every module fixture has in common: the module. Each fixture says `MODULE(methods, exec)`; exec is
 * fixture_no_exec when there is nothing to do. */
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#ifdef Py_mod_gil
#define DECLARE_FREE_THREADING {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#else
#define DECLARE_FREE_THREADING
#endif

static inline int fixture_no_exec(PyObject *module) {
  (void)module;
  return 0;
}

#define MODULE(methods, exec)                                                                                          \
  static PyModuleDef_Slot fixture_slots[] = {{Py_mod_exec, (void *)(exec)}, DECLARE_FREE_THREADING{0, NULL}};          \
  static PyModuleDef fixture_module = {PyModuleDef_HEAD_INIT, "fixture", NULL, 0, methods, fixture_slots, NULL, NULL, NULL}; \
  PyMODINIT_FUNC PyInit_fixture(void) { return PyModuleDef_Init(&fixture_module); }
