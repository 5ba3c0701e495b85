// rule: ungil-unbalanced-thread-state
// oracle: crash
// needs: python
// driver: call
//
// A thread that is attached already attaches again.

#include "fixture.h"

static PyObject *run(PyObject *module, PyObject *arg) {
  PyThreadState *state = PyEval_SaveThread();
  PyEval_RestoreThread(state);
  PyEval_RestoreThread(state); // FLAG
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
