// RUN: %both --checks='-*,ungil-atomic-rmw-split' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <atomic>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static std::atomic<long> hits{0};
static PyObject *count(PyObject *, PyObject *) {
  hits.store(hits.load() + 1);
  Py_RETURN_NONE;
}
METHOD(count)

// The operator that looks like one step is two.
static std::atomic<long> next_id{0};
static PyObject *make_id(PyObject *, PyObject *) {
  next_id = next_id + 1;
  return PyLong_FromLong(next_id);
}
METHOD(make_id)

// Through a local variable, in another order.
static std::atomic<unsigned> mask{0};
static PyObject *set_bit(PyObject *, PyObject *) {
  unsigned old = mask.load(std::memory_order_relaxed);
  mask.store(old | 4u, std::memory_order_relaxed);
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
    ready.store(true);
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
  counter->value.store(counter->value.load() - 1);
  Py_RETURN_NONE;
}
METHOD(step)
// CHECK: :[[@LINE-46]]:3: warning: update of atomic 'hits' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-44]]:1: note: 'count' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-48]]:14: note: loaded here
// CHECK-NEXT: :[[@LINE-49]]:3: note: use fetch_add, or compare_exchange in a loop
// CHECK: :[[@LINE-42]]:3: warning: update of atomic 'next_id' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-40]]:1: note: 'make_id' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-44]]:13: note: loaded here
// CHECK-NEXT: :[[@LINE-45]]:3: note: use fetch_add, or compare_exchange in a loop
// CHECK: :[[@LINE-37]]:3: warning: update of atomic 'mask' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-35]]:1: note: 'set_bit' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-40]]:18: note: loaded here
// CHECK-NEXT: :[[@LINE-40]]:3: note: use compare_exchange in a loop
// CHECK: :[[@LINE-29]]:5: warning: atomic 'ready' is tested and then set by a separate store; two threads can both find it unset [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-26]]:1: note: 'setup' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-34]]:8: note: loaded here
// CHECK-NEXT: :[[@LINE-32]]:5: note: use exchange or compare_exchange, and do the work in the thread that wins
// CHECK: :[[@LINE-20]]:3: warning: update of atomic 'Counter.value' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-18]]:1: note: 'step' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-22]]:24: note: loaded here
// CHECK-NEXT: :[[@LINE-23]]:3: note: use fetch_sub, or compare_exchange in a loop
// CHECK: end of report
