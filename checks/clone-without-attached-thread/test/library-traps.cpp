// REQUIRES: pybind11
// RUN: %both --checks='-*,ungil-clone-without-attached-thread,ungil-detached-api-call,ungil-blocking-while-attached' %s -- -isystem %py311 -std=c++17 | %filecheck %s
// Silent: how pybind11 and its users keep references away from detached threads.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace py = pybind11;

// pybind11's functional.h: copied and destroyed while it is attached.
struct func_handle {
  py::function f;
  explicit func_handle(py::function &&f_) noexcept : f(std::move(f_)) {}
  func_handle(const func_handle &other) {
    py::gil_scoped_acquire acquire;
    f = other.f;
  }
  ~func_handle() {
    py::gil_scoped_acquire acquire;
    py::function kill_f(std::move(f));
  }
};
void kept_in_a_thread(py::function callback) {
  func_handle handle(std::move(callback));
  py::gil_scoped_release release;
  func_handle copy(handle);
  std::thread([copy] {}).join();
}

// The caster owns the array, outside the guard.
static double sum(const py::array_t<double> &values) {
  double total = 0;
  for (py::ssize_t i = 0; i != values.size(); ++i)
    total += values.data()[i];
  return total;
}

// A worker's own queue.
struct Pool {
  std::mutex mutex;
  std::condition_variable ready;
  bool stopped = false;
  void work() {
    std::unique_lock<std::mutex> lock(mutex);
    ready.wait(lock, [this] { return stopped; });
  }
};
static Pool pool;

// Waited for under a guard that detaches.
static void wait() { pool.work(); }

// greenlet: a reference that looks whether the interpreter is there.
class OwnedReference {
public:
  explicit OwnedReference(PyObject *object) : object(object) { Py_XINCREF(object); }
  ~OwnedReference() {
    if (PyGILState_Check())
      Py_XDECREF(object);
  }

private:
  PyObject *object;
};
static thread_local OwnedReference current(nullptr);

// Apache Arrow: the buffer attaches to give its object back.
class PyBuffer {
public:
  ~PyBuffer() {
    py::gil_scoped_acquire acquire;
    object.reset();
  }

private:
  struct Reference {
    PyObject *object = nullptr;
    void reset() { Py_CLEAR(object); }
  } object;
};
void reads(PyBuffer buffer) {
  py::gil_scoped_release release;
  PyBuffer inside;
}

PYBIND11_MODULE(traps, m) {
  m.def("sum", &sum, py::call_guard<py::gil_scoped_release>());
  m.def("wait", &wait, py::call_guard<py::gil_scoped_release>());
  m.def("start", [] { std::thread([] { pool.work(); }).detach(); });
}
// CHECK: end of report
