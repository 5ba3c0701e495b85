// rule: ungil-deferred-refcount-pool
// oracle: check
// needs: python
// driver: call
//
// A queued increment comes too late.

#include "fixture.h"

#include <mutex>
#include <thread>
#include <vector>

// Reference counts of detached threads, applied later (PyO3 0.21).
static std::mutex mutex;
static std::vector<PyObject *> increments;
static std::vector<PyObject *> decrements;
static long freed_early;
static long live;

static void token_free(PyObject *) { --live; }

static void apply() {
  std::vector<PyObject *> up, down;
  {
    std::lock_guard<std::mutex> lock(mutex);
    up.swap(increments);
    down.swap(decrements);
  }
  for (PyObject *object : up)
    Py_INCREF(object); // FLAG
  for (PyObject *object : down)
    Py_DECREF(object);
}

static PyObject *run(PyObject *, PyObject *) {
  PyObject *object = PyCapsule_New(&live, nullptr, token_free);
  ++live;
  PyObject *clone = nullptr;
  Py_BEGIN_ALLOW_THREADS
  std::thread([&] {
    std::lock_guard<std::mutex> lock(mutex);
    increments.push_back(object);
    clone = object;
  }).join();
  Py_END_ALLOW_THREADS
  Py_DECREF(object); // the owner's reference; the clone is alive
  if (live == 0)
    freed_early = 1; // and what `clone` points to is gone
  else {
    std::lock_guard<std::mutex> lock(mutex);
    decrements.push_back(clone);
  }
  increments.clear(); // the run shall end in a report, not in the crash that applying it would be
  apply();
  Py_RETURN_NONE;
}

static PyObject *check(PyObject *, PyObject *) { return PyBool_FromLong(!freed_early && live == 0); }

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {"check", check, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
