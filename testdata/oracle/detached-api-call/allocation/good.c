// rule: ungil-detached-api-call
// oracle: crash
// needs: free-threaded
// driver: call
//
// Memory from the raw allocator, which belongs to no thread.

#include "fixture.h"

static PyObject *run(PyObject *module, PyObject *arg) {
  void *block;
  Py_BEGIN_ALLOW_THREADS
  block = PyMem_RawMalloc(64);
  Py_END_ALLOW_THREADS
  PyMem_RawFree(block);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
