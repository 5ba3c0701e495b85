// RUN: %both --checks='-*,ungil-lock-across-attach' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
// Two guards in one block: which one dies first decides.
#include <nanobind/nanobind.h>
#include <mutex>

namespace nb = nanobind;
int work();

static std::mutex outside;
static PyObject *lock_first(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> guard(outside);
  nb::gil_scoped_release release;
  work();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:31: error: an attached thread waits for 'outside', which 'lock_first' holds while it attaches; a stop-the-world pause between the two never ends [ungil-lock-across-attach]
// CHECK-NEXT: :[[@LINE-6]]:31: note: in 'lock_first', 'outside' is taken here
// CHECK-NEXT: :[[@LINE-6]]:26: note: 'nanobind::gil_scoped_release' attaches here, and may have to wait for the pause
// CHECK-NEXT: :[[@LINE-8]]:31: note: detach before waiting for the lock and release it before attaching, or use a PyMutex, whose waiters detach

static std::mutex callbacks;
static PyObject *waits(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> guard(callbacks);
  work();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:31: error: an attached thread waits for 'callbacks', which 'calls_back' holds while it attaches; a stop-the-world pause between the two never ends [ungil-lock-across-attach]
// CHECK-NEXT: :[[@LINE+5]]:31: note: in 'calls_back', 'callbacks' is taken here
// CHECK-NEXT: :[[@LINE+5]]:26: note: 'nanobind::gil_scoped_acquire' attaches here, and may have to wait for the pause
// CHECK-NEXT: :[[@LINE-7]]:31: note: detach before waiting for the lock and release it before attaching, or use a PyMutex, whose waiters detach
void calls_back(PyObject *callback) {
  nb::gil_scoped_release release;
  std::lock_guard<std::mutex> guard(callbacks);
  nb::gil_scoped_acquire acquire;
  PyObject_CallNoArgs(callback);
}

// Silent: detached before the lock is taken, attached after it is given back.
static std::mutex inside;
static PyObject *detach_first(PyObject *, PyObject *) {
  nb::gil_scoped_release release;
  std::lock_guard<std::mutex> guard(inside);
  work();
  Py_RETURN_NONE;
}

// Silent: given back by hand before the guard attaches.
static std::mutex by_hand;
static PyObject *unlocks(PyObject *, PyObject *) {
  by_hand.lock();
  nb::gil_scoped_release release;
  by_hand.unlock();
  work();
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"lock_first", lock_first, METH_NOARGS, nullptr},
                         {"waits", waits, METH_NOARGS, nullptr},
                         {"detach_first", detach_first, METH_NOARGS, nullptr},
                         {"unlocks", unlocks, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
// CHECK: end of report
