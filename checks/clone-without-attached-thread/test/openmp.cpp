// RUN: %both --checks='-*,ungil-clone-without-attached-thread,ungil-detached-api-call' %s -- -I%py314t -isystem %nanobind -std=c++17 -fopenmp | %filecheck %s
// The threads of an OpenMP region, of which only the first one has the thread state of the caller.
#include <nanobind/nanobind.h>

namespace nb = nanobind;
int work(int);

void each(nb::object callback) {
#pragma omp parallel for
  for (int i = 0; i < 100; ++i) {
    nb::object own = callback;
    work(i);
  }
}
// CHECK: :[[@LINE-4]]:22: error: a 'nanobind::object' is copied, in the threads of an OpenMP region; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-7]]:1: note: the region starts here; its threads have no attached thread state, but the first one
// CHECK-NEXT: :[[@LINE-6]]:16: note: 'own' is destroyed and drops its Python reference here too
// CHECK-NEXT: :[[@LINE-7]]:22: note: share a reference or the raw pointer with the threads instead of copies

void one_each(nb::object callback) {
#pragma omp parallel firstprivate(callback)
  { work(1); }
}
// CHECK: :[[@LINE-3]]:35: error: a 'nanobind::object' is copied, in the threads of an OpenMP region; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-4]]:1: note: the region starts here; its threads have no attached thread state, but the first one
// CHECK-NEXT: :[[@LINE-5]]:35: note: share a reference or the raw pointer with the threads instead of copies

static int checked(int i) {
  if (work(i) < 0)
    PyErr_SetString(PyExc_ValueError, "bad");
  return i;
}
PyObject *raises(PyObject *, PyObject *) {
#pragma omp parallel for
  for (int i = 0; i < 100; ++i)
    checked(i);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-3]]:5: error: 'checked' reaches 'PyErr_SetString', which needs an attached thread state, but is called in the threads of an OpenMP region [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-6]]:1: note: the region starts here; its threads have no attached thread state, but the first one
// CHECK-NEXT: :[[@LINE-11]]:5: note: in 'checked', 'PyErr_SetString' is called here
// CHECK-NEXT: :[[@LINE-6]]:5: note: keep the error in a local variable, and raise after re-attaching (or between Py_BLOCK_THREADS and Py_UNBLOCK_THREADS)

// Told once, where the caller has detached.
PyObject *detached(PyObject *, PyObject *) {
  Py_BEGIN_ALLOW_THREADS
#pragma omp parallel for
  for (int i = 0; i < 100; ++i)
    checked(i);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:5: error: 'checked' reaches 'PyErr_SetString', which needs an attached thread state, but is called after Py_BEGIN_ALLOW_THREADS detached the thread [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-8]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-25]]:5: note: in 'checked', 'PyErr_SetString' is called here
// CHECK-NEXT: :[[@LINE-7]]:5: note: keep the error in a local variable, and raise after re-attaching (or between Py_BLOCK_THREADS and Py_UNBLOCK_THREADS)

// Silent: each thread attaches.
PyObject *attaches(PyObject *, PyObject *) {
#pragma omp parallel for
  for (int i = 0; i < 100; ++i) {
    PyGILState_STATE state = PyGILState_Ensure();
    checked(i);
    PyGILState_Release(state);
  }
  Py_RETURN_NONE;
}

// Silent: the first thread alone.
PyObject *first_alone(PyObject *, PyObject *) {
#pragma omp parallel
  {
    work(0);
#pragma omp master
    PyErr_CheckSignals();
  }
  Py_RETURN_NONE;
}

// Silent: references and raw pointers are shared.
void shares(nb::object callback, PyObject *raw) {
#pragma omp parallel firstprivate(raw) shared(callback)
  {
    const nb::object &borrowed = callback;
    (void)borrowed, (void)raw;
  }
}

// Silent: no threads are started.
PyObject *vectorised(PyObject *, PyObject *) {
#pragma omp simd
  for (int i = 0; i < 100; ++i)
    work(i);
  PyErr_Clear();
  Py_RETURN_NONE;
}
// CHECK: end of report
