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
  current.store(config, std::memory_order_relaxed);
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
  ready.store(true, std::memory_order_relaxed);
  Py_RETURN_NONE;
}
METHOD(prepare)
static PyObject *scale(PyObject *, PyObject *) {
  if (!ready.load(std::memory_order_relaxed))
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
  if (!slot.compare_exchange_strong(none, config, std::memory_order_acquire))
    delete config;
  Py_RETURN_NONE;
}
METHOD(install)
static PyObject *installed(PyObject *, PyObject *) {
  Config *config = slot.load(std::memory_order_acquire);
  return PyLong_FromLong(config ? config->limit : 0);
}
METHOD(installed)
// CHECK: :[[@LINE-42]]:3: warning: 'current' publishes what was written before, but this operation is memory_order_relaxed; a thread can see it without the data (needs release) [ungil-relaxed-publication]
// CHECK-NEXT: :[[@LINE-40]]:1: note: 'configure' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-39]]:20: note: read here in 'limit'
// CHECK-NEXT: :[[@LINE-45]]:3: note: store with release here, and load with acquire there
// CHECK: :[[@LINE-31]]:3: warning: 'ready' publishes what was written before, but this operation is memory_order_relaxed; a thread can see it without the data (needs release) [ungil-relaxed-publication]
// CHECK-NEXT: :[[@LINE-29]]:1: note: 'prepare' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-28]]:8: note: read here in 'scale'
// CHECK-NEXT: :[[@LINE-34]]:3: note: store with release here, and load with acquire there
// CHECK: :[[@LINE-30]]:8: warning: 'ready' says that other data is ready, but this load is memory_order_relaxed; the data can be read as it was before (needs acquire) [ungil-relaxed-publication]
// CHECK-NEXT: :[[@LINE-27]]:1: note: 'scale' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-37]]:3: note: published here in 'prepare'
// CHECK-NEXT: :[[@LINE-31]]:29: note: load with acquire before the data is read here
// CHECK: :[[@LINE-22]]:8: warning: 'slot' publishes what was written before, but this operation is memory_order_acquire; a thread can see it without the data (needs release) [ungil-relaxed-publication]
// CHECK-NEXT: :[[@LINE-19]]:1: note: 'install' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-18]]:20: note: read here in 'installed'
// CHECK-NEXT: :[[@LINE-25]]:8: note: store with release here, and load with acquire there
// CHECK: end of report
