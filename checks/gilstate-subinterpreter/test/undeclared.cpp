// RUN: %both --checks='-*,ungil-gilstate-subinterpreter' %s -- -I%py314t -std=c++17 | %filecheck %s
// Silent: the module says nothing of interpreters.
#include <Python.h>

int call_back(void *) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyGILState_Release(state);
  return 0;
}

PyModuleDef_Slot slots[] = {{0, nullptr}};
// CHECK: end of report
