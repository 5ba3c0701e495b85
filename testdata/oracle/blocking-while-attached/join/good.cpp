// rule: ungil-blocking-while-attached
// oracle: hang
// needs: python
// driver: call
//
// Waiting, attached, for a thread that needs to attach.

#include "fixture.h"

#include <thread>

static PyObject *run(PyObject *, PyObject *) {
  std::thread worker([] {
    PyGILState_STATE state = PyGILState_Ensure();
    PyGC_Collect();
    PyGILState_Release(state);
  });
  Py_BEGIN_ALLOW_THREADS
  worker.join();
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
