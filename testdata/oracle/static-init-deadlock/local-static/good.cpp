// rule: ungil-static-init-deadlock
// oracle: hang
// needs: python
// driver: threads
//
// C++'s guard of a local static knows nothing of the interpreter.

#include "fixture.h"

#include <thread>

static PyObject *make() {
  Py_BEGIN_ALLOW_THREADS
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  Py_END_ALLOW_THREADS
  PyGC_Collect();
  return PyDict_New();
}

static PyObject *cached() {
  static PyObject *value; // written once, in exec
  if (!value)
    value = PyDict_New();
  return value;
}

static PyObject *run(PyObject *, PyObject *) {
  Py_INCREF(cached());
  return cached();
}

static int exec(PyObject *) { return cached() ? 0 : -1; }

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
