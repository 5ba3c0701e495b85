// RUN: %both --checks='-*,ungil-relaxed-publication' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Double-checked locking needs a release store inside, as its test outside needs an acquire load.
#include <Python.h>
#include <stdatomic.h>

#define METHOD(f) static PyMethodDef f##_method[] = {{#f, f, METH_NOARGS}, {0}};

static PyMutex mutex;
static PyObject *cache;
static PyObject *plain(PyObject *module, PyObject *unused) {
  if (cache == NULL) {
    PyMutex_Lock(&mutex);
    if (cache == NULL)
      cache = PyDict_New();
    PyMutex_Unlock(&mutex);
  }
  return Py_XNewRef(cache);
}
METHOD(plain)

// Ordered; under the lock from the start; no lock at all, which is another rule's.
static _Atomic(PyObject *) ordered;
static PyObject *publish(PyObject *module, PyObject *unused) {
  if (atomic_load_explicit(&ordered, memory_order_acquire) == NULL) {
    PyMutex_Lock(&mutex);
    if (atomic_load_explicit(&ordered, memory_order_relaxed) == NULL)
      atomic_store_explicit(&ordered, PyDict_New(), memory_order_release);
    PyMutex_Unlock(&mutex);
  }
  return Py_XNewRef(atomic_load_explicit(&ordered, memory_order_acquire));
}
METHOD(publish)
static PyObject *locked;
static PyObject *lock_first(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&mutex);
  if (locked == NULL)
    locked = PyDict_New();
  PyObject *result = Py_XNewRef(locked);
  PyMutex_Unlock(&mutex);
  return result;
}
METHOD(lock_first)
static PyObject *open;
static PyObject *lock_never(PyObject *module, PyObject *unused) {
  if (open == NULL)
    open = PyDict_New();
  return Py_XNewRef(open);
}
METHOD(lock_never)
// CHECK: :[[@LINE-36]]:7: warning: 'cache' is published by a plain store to a thread that tests it without 'mutex'; the thread can see it without the data (needs an atomic store with release) [ungil-relaxed-publication]
// CHECK-NEXT: :[[@LINE-32]]:1: note: 'plain' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-41]]:7: note: tested without the lock here
// CHECK-NEXT: :[[@LINE-39]]:7: note: store with release here, and load with acquire there
// CHECK: end of report
