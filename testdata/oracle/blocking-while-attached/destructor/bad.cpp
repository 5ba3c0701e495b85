// rule: ungil-blocking-while-attached
// oracle: hang
// needs: python
// driver: call
//
// An object joins its thread where it dies, while a collection of that thread's waits for this one.

#include "fixture.h"

#include <thread>

class Worker {
public:
  Worker() : thread(collect) {}
  ~Worker() { thread.join(); }

private:
  static void collect() {
    PyGILState_STATE state = PyGILState_Ensure();
    PyGC_Collect();
    PyGILState_Release(state);
  }
  std::thread thread;
};

static PyObject *run(PyObject *, PyObject *) {
  Worker worker; // FLAG
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
