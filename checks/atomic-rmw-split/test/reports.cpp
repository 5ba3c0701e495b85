// RUN: %both --checks='-*,ungil-atomic-rmw-split' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <atomic>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static std::atomic<long> hits{0};
static PyObject *count(PyObject *, PyObject *) {
  hits.store(hits.load() + 1); // BAD
  Py_RETURN_NONE;
}
METHOD(count)

// The operator that looks like one step is two.
static std::atomic<long> next_id{0};
static PyObject *make_id(PyObject *, PyObject *) {
  next_id = next_id + 1; // BAD
  return PyLong_FromLong(next_id);
}
METHOD(make_id)

// Through a local variable, in another order.
static std::atomic<unsigned> mask{0};
static PyObject *set_bit(PyObject *, PyObject *) {
  unsigned old = mask.load(std::memory_order_relaxed);
  mask.store(old | 4u, std::memory_order_relaxed); // BAD
  Py_RETURN_NONE;
}
METHOD(set_bit)

// A once flag that two threads win.
static std::atomic<bool> ready{false};
static int table[16];
static PyObject *setup(PyObject *, PyObject *) {
  if (!ready.load()) {
    for (int i = 0; i < 16; ++i)
      table[i] = i;
    ready.store(true); // BAD
  }
  Py_RETURN_NONE;
}
METHOD(setup)

// A field of every object.
struct Counter {
  PyObject_HEAD
  std::atomic<long> value;
};
static PyObject *step(PyObject *self, PyObject *) {
  Counter *counter = reinterpret_cast<Counter *>(self);
  counter->value.store(counter->value.load() - 1); // BAD
  Py_RETURN_NONE;
}
METHOD(step)
