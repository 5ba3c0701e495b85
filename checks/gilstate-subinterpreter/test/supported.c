// RUN: %both --checks='-*,ungil-gilstate-subinterpreter' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-gilstate-subinterpreter' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

int work(void);

static int call_back(void *callback) {
  PyGILState_STATE state = PyGILState_Ensure();
  work();
  PyGILState_Release(state);
  return 0;
}
// CHECK: :[[@LINE-5]]:28: remark: 'PyGILState_Ensure' attaches to the main interpreter, but this module says that it serves several; objects of another interpreter are then used in the wrong one [ungil-gilstate-subinterpreter]
// CHECK-NEXT: :[[@LINE+16]]:5: note: the module declares here that it supports several interpreters
// CHECK-NEXT: :[[@LINE-7]]:28: note: keep the interpreter with the callback, and attach to that: PyThreadState_EnsureFromView() (Python 3.15), or PyThreadState_New() and PyEval_AcquireThread()

// Silent: attaches to the interpreter that it is given.
static int call_back_well(PyInterpreterState *interpreter) {
  PyThreadState *state = PyThreadState_New(interpreter);
  PyEval_AcquireThread(state);
  work();
  PyThreadState_Clear(state);
  PyThreadState_DeleteCurrent();
  return 0;
}

int run(void *callback, PyInterpreterState *interpreter) { return call_back(callback) + call_back_well(interpreter); }

PyModuleDef_Slot slots[] = {
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL}};
// CHECK: end of report
