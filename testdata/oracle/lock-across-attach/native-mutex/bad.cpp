// rule: ungil-lock-across-attach
// oracle: hang
// needs: python
// driver: call
//
// The circle: mutex, then attach; attached, then mutex.

#include "fixture.h"

#include <mutex>
#include <thread>

static std::mutex mutex;

// One thread holds the mutex and attaches; the other is attached and takes the mutex.
static void worker() {
  for (int i = 0; i < 10; ++i) {
    std::unique_lock<std::mutex> lock(mutex);
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    PyGILState_STATE state = PyGILState_Ensure();
    PyGC_Collect();
    PyGILState_Release(state);
  }
}

static PyObject *run(PyObject *, PyObject *) {
  std::thread thread(worker);
  for (int i = 0; i < 10; ++i) {
    std::lock_guard<std::mutex> lock(mutex); // FLAG
  }
  Py_BEGIN_ALLOW_THREADS
  thread.join();
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
