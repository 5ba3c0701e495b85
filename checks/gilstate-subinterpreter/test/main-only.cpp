// RUN: %both --checks='-*,ungil-gilstate-subinterpreter' %s -- -I%py314t -std=c++17 | %filecheck %s
// Silent: the module says that it serves the main interpreter alone.
#include <Python.h>

int call_back(void *) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyGILState_Release(state);
  return 0;
}

PyModuleDef_Slot slots[] = {{Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED}, {0, nullptr}};
// CHECK: end of report
