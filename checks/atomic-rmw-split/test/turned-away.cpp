// RUN: %both --checks='-*,ungil-atomic-rmw-split' %s -- -I%py314t -std=c++17 | %filecheck %s
// Busy flags that turn others away: test and store must be one step.
#include <Python.h>
#include <atomic>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

struct Runner { PyObject_HEAD std::atomic<bool> busy, closed, right, ready; PyMutex mutex; };
static PyObject *run(PyObject *self, PyObject *code) {
  auto *r = reinterpret_cast<Runner *>(self);
  if (r->busy)
    return nullptr;
  r->busy = true;
  PyObject *result = PyObject_CallNoArgs(code);
  r->busy = false;
  return result;
}
METHOD(run)
static PyObject *close(PyObject *self, PyObject *code) {
  auto *r = reinterpret_cast<Runner *>(self);
  if (code == Py_None || r->closed.load()) {
    PyErr_SetString(PyExc_ValueError, "closed");
    return nullptr;
  }
  r->closed.store(true);
  return PyObject_CallNoArgs(code);
}
METHOD(close)

// One step; under a lock; a test for the flag being clear says nothing of who sets it.
static PyObject *run_right(PyObject *self, PyObject *code) {
  auto *r = reinterpret_cast<Runner *>(self);
  if (r->right.exchange(true))
    return nullptr;
  PyObject *result = PyObject_CallNoArgs(code);
  r->right.store(false);
  return result;
}
METHOD(run_right)
static PyObject *run_locked(PyObject *self, PyObject *code) {
  auto *r = reinterpret_cast<Runner *>(self);
  PyMutex_Lock(&r->mutex);
  if (r->busy) {
    PyMutex_Unlock(&r->mutex);
    return nullptr;
  }
  r->busy = true;
  PyMutex_Unlock(&r->mutex);
  return Py_NewRef(code);
}
METHOD(run_locked)
static PyObject *refresh(PyObject *self, PyObject *code) {
  auto *r = reinterpret_cast<Runner *>(self);
  if (!r->ready)
    return nullptr;
  r->ready = true;
  return Py_NewRef(code);
}
METHOD(refresh)
// CHECK: :[[@LINE-47]]:3: warning: atomic 'Runner.busy' is tested and then set by a separate store; two threads can both find it unset [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-43]]:1: note: 'run' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-51]]:7: note: loaded here
// CHECK-NEXT: :[[@LINE-50]]:3: note: use exchange or compare_exchange, and do the work in the thread that wins
// CHECK: :[[@LINE-39]]:3: warning: atomic 'Runner.closed' is tested and then set by a separate store; two threads can both find it unset [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-37]]:1: note: 'close' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-45]]:26: note: loaded here
// CHECK-NEXT: :[[@LINE-42]]:3: note: use exchange or compare_exchange, and do the work in the thread that wins
// CHECK: end of report
