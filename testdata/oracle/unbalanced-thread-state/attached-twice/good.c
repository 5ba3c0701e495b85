// rule: ungil-unbalanced-thread-state
// oracle: crash
// needs: python
// driver: call
//
// Attached once for each time that it detached.

#include "fixture.h"

static PyObject *run(PyObject *module, PyObject *arg) {
  PyThreadState *state = PyEval_SaveThread();
  PyEval_RestoreThread(state);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
