// rule: ungil-unbalanced-thread-state
// oracle: crash
// needs: python
// driver: call
//
// A return that leaves the thread detached.

#include "fixture.h"

static PyObject *run(PyObject *module, PyObject *arg) {
  long limit = 0;
  Py_BEGIN_ALLOW_THREADS
  for (long i = 0; i < 1000; ++i)
    limit += i;
  if (limit > 10)
    return PyLong_FromLong(limit); // FLAG
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(limit);
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
