// rule: ungil-python-under-lock
// oracle: hang
// needs: python
// driver: call
//
// A decrement runs a destructor, which wants the same lock.

#include "fixture.h"

#include <mutex>

static std::mutex mutex;
static PyObject *last;
static int depth;

static PyObject *run(PyObject *module, PyObject *);

static void token_free(PyObject *) { // a destructor that uses the module, as Python code may
  if (depth == 0) {
    ++depth;
    Py_XDECREF(run(nullptr, Py_None));
    --depth;
  }
}

static PyObject *run(PyObject *, PyObject *) {
  PyObject *fresh = PyCapsule_New(&mutex, nullptr, token_free);
  if (!fresh)
    return nullptr;
  PyObject *old;
  {
    std::lock_guard<std::mutex> lock(mutex);
    old = last;
    last = fresh;
  }
  Py_XDECREF(old);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
