// rule: ungil-clone-without-attached-thread
// oracle: crash
// needs: free-threaded
// driver: call
//
// The last reference is dropped after attaching again.

#include "fixture.h"

static PyObject *run(PyObject *module, PyObject *arg) {
  PyObject *list = PyList_New(1000);
  if (!list)
    return NULL;
  Py_BEGIN_ALLOW_THREADS
  Py_END_ALLOW_THREADS
  Py_DECREF(list);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
