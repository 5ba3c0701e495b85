// rule: ungil-detached-api-call
// oracle: crash
// needs: python
// driver: call
//
// An exception set without a thread state.

#include "fixture.h"

static PyObject *run(PyObject *module, PyObject *arg) {
  int failed;
  Py_BEGIN_ALLOW_THREADS
  failed = 1;
  if (failed)
    PyErr_SetString(PyExc_ValueError, "failed"); // FLAG
  Py_END_ALLOW_THREADS
  if (failed) {
    PyErr_SetString(PyExc_ValueError, "failed");
    PyErr_Clear();
  }
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
