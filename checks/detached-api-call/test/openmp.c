// RUN: %both --checks='-*,ungil-clone-without-attached-thread,ungil-detached-api-call' %s -- -I%py314t -std=gnu11 -fopenmp | %filecheck %s
#include <Python.h>

double work(double);

PyObject *sum(PyObject *m, PyObject *values) {
  double result = 0;
  Py_ssize_t n = PyList_GET_SIZE(values);
#pragma omp parallel for reduction(+ : result)
  for (Py_ssize_t i = 0; i < n; ++i)
    result += PyFloat_AsDouble(PyList_GET_ITEM(values, i));
  return PyFloat_FromDouble(result);
}
// CHECK: :[[@LINE-3]]:15: error: 'PyFloat_AsDouble' needs an attached thread state but is called in the threads of an OpenMP region [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-6]]:1: note: the region starts here; its threads have no attached thread state, but the first one
// CHECK-NEXT: :[[@LINE-5]]:15: note: attach first: PyGILState_Ensure() before it and PyGILState_Release() after it

PyObject *counts(PyObject *m, PyObject *item) {
#pragma omp parallel sections
  {
#pragma omp section
    Py_INCREF(item);
#pragma omp section
    work(1);
  }
  return item;
}
// CHECK: :[[@LINE-6]]:5: error: 'Py_INCREF' changes a reference count, in the threads of an OpenMP region; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-10]]:1: note: the region starts here; its threads have no attached thread state, but the first one
// CHECK-NEXT: :[[@LINE-8]]:5: note: attach around it in each thread, or leave it to the thread that started the region

// Silent: the values are taken out first.
PyObject *sum_well(PyObject *m, PyObject *values) {
  double result = 0, *numbers = (double *)PyMem_Malloc(16 * sizeof(double));
  for (int i = 0; i < 16; ++i)
    numbers[i] = PyFloat_AsDouble(PyList_GET_ITEM(values, i));
#pragma omp parallel for reduction(+ : result)
  for (int i = 0; i < 16; ++i)
    result += work(numbers[i]);
  PyMem_Free(numbers);
  return PyFloat_FromDouble(result);
}
// CHECK: end of report
