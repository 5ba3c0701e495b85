// RUN: %both --checks='-*,ungil-relaxed-publication' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <atomic>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// A new object behind a pointer.
struct Config {
  int limit;
};
static std::atomic<Config *> current{nullptr};
static PyObject *configure(PyObject *, PyObject *value) {
  Config *config = new Config;
  config->limit = int(PyLong_AsLong(value));
  current.store(config, std::memory_order_relaxed); // BAD
  Py_RETURN_NONE;
}
METHOD(configure)
static PyObject *limit(PyObject *, PyObject *) {
  Config *config = current.load(std::memory_order_acquire);
  return PyLong_FromLong(config ? config->limit : 0);
}
METHOD(limit)

// A flag and what it says is ready: both sides.
static std::atomic<bool> ready{false};
static double factor;
static PyObject *prepare(PyObject *, PyObject *value) {
  factor = PyFloat_AsDouble(value);
  ready.store(true, std::memory_order_relaxed); // BAD
  Py_RETURN_NONE;
}
METHOD(prepare)
static PyObject *scale(PyObject *, PyObject *) {
  if (!ready.load(std::memory_order_relaxed)) // BAD
    Py_RETURN_NONE;
  return PyFloat_FromDouble(factor);
}
METHOD(scale)

// Swapped in: acquiring alone publishes nothing.
static std::atomic<Config *> slot{nullptr};
static PyObject *install(PyObject *, PyObject *) {
  Config *config = new Config;
  config->limit = 1;
  Config *none = nullptr;
  if (!slot.compare_exchange_strong(none, config, std::memory_order_acquire)) // BAD
    delete config;
  Py_RETURN_NONE;
}
METHOD(install)
static PyObject *installed(PyObject *, PyObject *) {
  Config *config = slot.load(std::memory_order_acquire);
  return PyLong_FromLong(config ? config->limit : 0);
}
METHOD(installed)
