// rule: ungil-detached-api-call
// oracle: crash
// needs: python
// driver: call
//
// A native thread that never attached.

#include "fixture.h"

#include <thread>

static PyObject *run(PyObject *, PyObject *) {
  PyObject *list = PyList_New(0);
  Py_BEGIN_ALLOW_THREADS
  std::thread([list] {
    PyErr_SetString(PyExc_ValueError, "from a thread"); // FLAG
    PyErr_Clear();
    }).join();
  Py_END_ALLOW_THREADS
  return list;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
