// rule: ungil-unbalanced-thread-state
// oracle: crash
// needs: free-threaded
// driver: threads
//
// Threads that detach keep their states in one place, and attach each other's.

#include "fixture.h"

#include <sched.h>

static PyThreadState *detached;

static PyObject *run(PyObject *module, PyObject *arg) {
  if (detached)
    Py_RETURN_FALSE; // busy
  detached = PyEval_SaveThread(); // FLAG
  for (int i = 0; i < 10; ++i)
    sched_yield();
  PyEval_RestoreThread(detached);
  detached = NULL;
  Py_RETURN_TRUE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
