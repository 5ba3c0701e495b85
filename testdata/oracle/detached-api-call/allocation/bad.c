// rule: ungil-detached-api-call
// oracle: crash
// needs: free-threaded
// driver: call
//
// Memory from the heap of a thread state that is not attached.

#include "fixture.h"

static PyObject *run(PyObject *module, PyObject *arg) {
  void *block;
  Py_BEGIN_ALLOW_THREADS
  block = PyMem_Malloc(64); // FLAG
  Py_END_ALLOW_THREADS
  PyMem_Free(block);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
