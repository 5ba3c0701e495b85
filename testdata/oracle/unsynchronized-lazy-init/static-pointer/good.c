// rule: ungil-unsynchronized-lazy-init
// oracle: tsan
// needs: free-threaded
// driver: threads
// since: 3.13
//
// Made on first use: two threads can both see NULL.

#include "fixture.h"

static PyObject *cache;
static PyMutex mutex;

static PyObject *run(PyObject *module, PyObject *arg) {
  PyMutex_Lock(&mutex);
  if (cache == NULL)
    cache = PyDict_New();
  PyObject *result = Py_XNewRef(cache);
  PyMutex_Unlock(&mutex);
  return result;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
