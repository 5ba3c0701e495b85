// rule: ungil-critical-section-escape
// oracle: crash
// needs: free-threaded
// driver: threads
// since: 3.13
//
// A return that leaves a dead section on the thread.

#include "fixture.h"

static PyObject *run(PyObject *module, PyObject *arg) {
  PyObject *result = NULL;
  Py_BEGIN_CRITICAL_SECTION(module);
  if (arg != NULL)
    return PyLong_FromLong(1); // FLAG
  result = PyLong_FromLong(1);
  Py_END_CRITICAL_SECTION();
  return result;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
