// rule: ungil-mutable-global-state
// oracle: tsan
// needs: free-threaded
// driver: threads
//
// A plain counter in static storage, incremented by every call.

#include "fixture.h"

static long calls;

static PyObject *run(PyObject *module, PyObject *arg) {
  return PyLong_FromLong(++calls); // FLAG
}
static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
