// rule: ungil-mutable-global-state
// oracle: tsan
// needs: free-threaded
// driver: threads
//
// A plain counter in static storage, incremented by every call.

#include "fixture.h"

#include <stdatomic.h>

static _Atomic long calls;

static PyObject *run(PyObject *module, PyObject *arg) {
  return PyLong_FromLong(atomic_fetch_add(&calls, 1) + 1);
}
static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
