// rule: ungil-mutable-global-state
// oracle: check
// needs: free-threaded
// driver: threads
//
// The same defect, judged by counting.

#include "fixture.h"

#include <stdatomic.h>

static _Atomic long calls;
static _Atomic long truth;

static PyObject *run(PyObject *module, PyObject *arg) {
  atomic_fetch_add(&truth, 100);
  for (volatile int i = 0; i < 100; ++i)
    atomic_fetch_add(&calls, 1);
  Py_RETURN_NONE;
}

static PyObject *check(PyObject *module, PyObject *unused) { return PyBool_FromLong(calls == truth); }

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {"check", check, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
