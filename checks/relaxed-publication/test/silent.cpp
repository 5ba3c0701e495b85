// RUN: %both --checks='-*,ungil-relaxed-publication' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <atomic>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

struct Config {
  int limit;
};

// Release and acquire; the pointer's own relaxed load is tolerated, dereferencing depends on it.
static std::atomic<Config *> current{nullptr};
static PyObject *configure(PyObject *, PyObject *) {
  Config *config = new Config;
  config->limit = 3;
  current.store(config, std::memory_order_release);
  Py_RETURN_NONE;
}
METHOD(configure)
static PyObject *limit(PyObject *, PyObject *) {
  Config *config = current.load(std::memory_order_relaxed);
  return PyLong_FromLong(config ? config->limit : 0);
}
METHOD(limit)

// The value is the whole payload.
static std::atomic<int> probed{-1};
static PyObject *probe(PyObject *, PyObject *value) {
  int supported = PyLong_AsLong(value) > 0;
  probed.store(supported, std::memory_order_relaxed);
  Py_RETURN_NONE;
}
METHOD(probe)
static PyObject *supported(PyObject *, PyObject *) {
  return PyLong_FromLong(probed.load(std::memory_order_relaxed));
}
METHOD(supported)

// Fences of their own.
static std::atomic<bool> fenced{false};
static int fenced_value;
static PyObject *fence_set(PyObject *, PyObject *value) {
  fenced_value = int(PyLong_AsLong(value));
  std::atomic_thread_fence(std::memory_order_release);
  fenced.store(true, std::memory_order_relaxed);
  Py_RETURN_NONE;
}
METHOD(fence_set)
static PyObject *fence_get(PyObject *, PyObject *) {
  bool seen = fenced.load(std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  return PyLong_FromLong(seen ? fenced_value : 0);
}
METHOD(fence_get)

// The lock orders the data, the flag is a hint.
static PyMutex lock;
static std::atomic<bool> hint{false};
static int shared_value;
static PyObject *put(PyObject *, PyObject *value) {
  PyMutex_Lock(&lock);
  shared_value = int(PyLong_AsLong(value));
  hint.store(true, std::memory_order_relaxed);
  PyMutex_Unlock(&lock);
  Py_RETURN_NONE;
}
METHOD(put)
static PyObject *take(PyObject *, PyObject *) {
  if (!hint.load(std::memory_order_relaxed))
    Py_RETURN_NONE;
  PyMutex_Lock(&lock);
  int value = shared_value;
  PyMutex_Unlock(&lock);
  return PyLong_FromLong(value);
}
METHOD(take)

// What has existed before needs no publication.
static Config standard{1}, small{0};
static std::atomic<Config *> chosen{&standard};
static PyObject *choose(PyObject *, PyObject *) {
  chosen.store(&small, std::memory_order_relaxed);
  Py_RETURN_NONE;
}
METHOD(choose)
static PyObject *chosen_limit(PyObject *, PyObject *) {
  return PyLong_FromLong(chosen.load(std::memory_order_acquire)->limit);
}
METHOD(chosen_limit)

// A stop flag guards nothing.
static std::atomic<bool> stop{false};
static PyObject *cancel(PyObject *, PyObject *) {
  stop.store(true, std::memory_order_relaxed);
  Py_RETURN_NONE;
}
METHOD(cancel)
static PyObject *run(PyObject *, PyObject *) {
  long rounds = 0;
  while (!stop.load(std::memory_order_relaxed))
    ++rounds;
  return PyLong_FromLong(rounds);
}
METHOD(run)
