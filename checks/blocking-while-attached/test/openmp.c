// RUN: %both --checks='-*,ungil-blocking-while-attached' %s -- -I%py314t -std=gnu11 -fopenmp | %filecheck %s
// The thread that starts an OpenMP region waits for the others at its end.
#include <Python.h>

void work(int);

static PyObject *each(PyObject *m, PyObject *callback) {
#pragma omp parallel for
  for (int i = 0; i < 100; ++i) {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_XDECREF(PyObject_CallNoArgs(callback));
    PyGILState_Release(state);
  }
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-8]]:1: warning: the thread that starts this OpenMP region waits at its end for the others while it is attached; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach [ungil-blocking-while-attached]
// CHECK-NEXT: :[[@LINE+51]]:14: note: 'each' is a method; the interpreter calls it attached
// CHECK-NEXT: :[[@LINE-8]]:30: note: they attach here
// CHECK-NEXT: :[[@LINE-11]]:1: note: detach around the region, so that each of its threads attaches for itself

// Silent: detached around the region.
static PyObject *each_detached(PyObject *m, PyObject *callback) {
  Py_BEGIN_ALLOW_THREADS
#pragma omp parallel for
  for (int i = 0; i < 100; ++i) {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_XDECREF(PyObject_CallNoArgs(callback));
    PyGILState_Release(state);
  }
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// Silent: C only.
static PyObject *pure(PyObject *m, PyObject *callback) {
#pragma omp parallel for
  for (int i = 0; i < 100; ++i)
    work(i);
  Py_RETURN_NONE;
}

// Silent: the first thread alone attaches.
static PyObject *first(PyObject *m, PyObject *callback) {
#pragma omp parallel
  {
    work(1);
#pragma omp master
    {
      PyGILState_STATE state = PyGILState_Ensure();
      Py_XDECREF(PyObject_CallNoArgs(callback));
      PyGILState_Release(state);
    }
  }
  Py_RETURN_NONE;
}

// Silent: nobody knows who calls it.
void of_others(PyObject **callback) {
#pragma omp parallel
  {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_XDECREF(PyObject_CallNoArgs(callback[0]));
    PyGILState_Release(state);
  }
}

PyMethodDef methods[] = {
    {"each", each, METH_O, NULL},
    {"each_detached", each_detached, METH_O, NULL},
    {"pure", pure, METH_O, NULL},
    {"first", first, METH_O, NULL},
    {NULL, NULL, 0, NULL}};
// CHECK: end of report
