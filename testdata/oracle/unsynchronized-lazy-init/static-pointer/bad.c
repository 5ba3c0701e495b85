// rule: ungil-unsynchronized-lazy-init
// oracle: tsan
// needs: free-threaded
// driver: threads
// since: 3.13
//
// Made on first use: two threads can both see NULL.

#include "fixture.h"

static PyObject *cache;

static PyObject *run(PyObject *module, PyObject *arg) {
  if (cache == NULL) // FLAG
    cache = PyDict_New();
  return Py_XNewRef(cache);
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
