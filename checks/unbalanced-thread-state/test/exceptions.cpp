// RUN: %both --checks='-*,ungil-unbalanced-thread-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// Exceptions that leave a detached stretch.
#include <Python.h>
#include <stdexcept>

int work();

static int checked_work() {
  int result = work();
  if (result < 0)
    throw std::runtime_error("no luck");
  return result;
}
static int through() { return checked_work() + 1; }

PyObject *throws(PyObject *, PyObject *) {
  int result;
  Py_BEGIN_ALLOW_THREADS
  result = work();
  if (result < 0)
    throw std::runtime_error("no luck");
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(result);
}
// CHECK: :[[@LINE-4]]:5: error: an exception leaves 'throws' from here with the thread detached; the next use of Python by its caller crashes [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-8]]:3: note: the thread detaches here, and its state is only in '_save'
// CHECK-NEXT: :[[@LINE-6]]:5: note: attach again in a handler before throwing on, or detach with a guard that attaches when it dies

PyObject *calls(PyObject *, PyObject *) {
  PyThreadState *save = PyEval_SaveThread();
  int result = through();
  PyEval_RestoreThread(save);
  return PyLong_FromLong(result);
}
// CHECK: :[[@LINE-4]]:16: error: an exception leaves 'calls' from here with the thread detached; the next use of Python by its caller crashes [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-6]]:25: note: the thread detaches here, and its state is only in 'save'
// CHECK-NEXT: :[[@LINE-6]]:16: note: attach again in a handler before throwing on, or detach with a guard that attaches when it dies

// Silent: caught in the stretch, or by a handler that attaches.
PyObject *catches(PyObject *, PyObject *) {
  int result = 0;
  Py_BEGIN_ALLOW_THREADS
  try {
    result = checked_work();
  } catch (const std::exception &) {
    result = -1;
  }
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(result);
}

// Silent: a guard attaches.
class Detached {
public:
  Detached() : state(PyEval_SaveThread()) {}
  ~Detached() { PyEval_RestoreThread(state); }

private:
  PyThreadState *state;
};
PyObject *guarded(PyObject *, PyObject *) {
  int result;
  {
    Detached detached;
    result = checked_work();
  }
  return PyLong_FromLong(result);
}

// Silent: what can be thrown is caught on the way.
static int quiet() {
  try {
    return checked_work();
  } catch (...) {
    return -1;
  }
}
static int terminates() noexcept { return checked_work(); }
PyObject *calls_well(PyObject *, PyObject *) {
  int result;
  Py_BEGIN_ALLOW_THREADS
  result = quiet() + terminates();
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(result);
}
// CHECK: end of report
