// RUN: %both --checks='-*,ungil-unbalanced-thread-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unbalanced-thread-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Where there is no interpreter any more, nobody waits for the thread.
#include <Python.h>

static int left;
void sink(void *);

// Silent: the token died with the interpreter.
void finalizes(void *data) {
  PyGILState_STATE state = PyGILState_Ensure();
  sink(data);
  if (--left == 0) {
    Py_Finalize();
    return;
  }
  PyGILState_Release(state);
}

// Silent: asked again before attaching.
void frees(void *data) {
  PyGILState_STATE state = PyGILState_UNLOCKED;
  PyThreadState *save = NULL;
  int alive = Py_IsInitialized();
  if (alive) {
    state = PyGILState_Ensure();
    save = PyEval_SaveThread();
  }
  sink(data);
  if (alive && Py_IsInitialized()) {
    PyEval_RestoreThread(save);
    PyGILState_Release(state);
  }
}

// Silent: a new interpreter comes attached, and ends so.
int tries(void) {
  PyThreadState *before = PyThreadState_Swap(NULL);
  PyThreadState *made = NULL;
  PyInterpreterConfig config = {0};
  Py_NewInterpreterFromConfig(&made, &config);
  Py_EndInterpreter(made);
  PyThreadState_Swap(before);
  return 0;
}

#define g_return_if_fail(condition)                                                                                    \
  do {                                                                                                                 \
    if (!(condition))                                                                                                  \
      return;                                                                                                          \
  } while (0)

// Silent: the return of an assertion, which says that no caller comes that way.
void asserts(void *data) {
  PyGILState_STATE state = PyGILState_Ensure();
  g_return_if_fail(data != NULL);
  sink(data);
  PyGILState_Release(state);
}

// Where the interpreter is there, the token counts.
void forgets(void *data) {
  PyGILState_STATE state = PyGILState_Ensure();
  sink(data);
  if (!Py_IsInitialized())
    return;
  if (data)
    return;
  PyGILState_Release(state);
}
// CHECK: :[[@LINE-3]]:5: error: this return leaves 'forgets' without giving back 'state'; the thread stays attached, and a stop-the-world pause waits for it for ever [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-9]]:28: note: attached here
// CHECK-NEXT: :[[@LINE-5]]:5: note: call PyGILState_Release on this path too
// CHECK: end of report
