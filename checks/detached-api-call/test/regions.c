// RUN: %both --checks='-*,ungil-detached-api-call' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-detached-api-call' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <pthread.h>
#include <unistd.h>

static PyObject *read_block(PyObject *m, PyObject *a) {
  char *b;
  ssize_t n;
  Py_BEGIN_ALLOW_THREADS
  b = (char *)PyMem_Malloc(4096);
  n = read(0, b, 4096);
  if (n < 0)
    PyErr_SetFromErrno(PyExc_OSError);
  Py_END_ALLOW_THREADS
  PyObject *r = n < 0 ? NULL : PyBytes_FromStringAndSize(b, n);
  PyMem_Free(b);
  return r;
}
// CHECK: :[[@LINE-9]]:15: error: 'PyMem_Malloc' needs an attached thread state but is called after Py_BEGIN_ALLOW_THREADS detached the thread [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-11]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-8]]:5: note: 'PyErr_SetFromErrno' is called detached here too
// CHECK-NEXT: :[[@LINE-12]]:15: note: use PyMem_RawMalloc and PyMem_RawFree, or allocate and free while attached: the other allocators use the heap of the attached thread state

static int fail(int code) {
  if (code)
    PyErr_SetString(PyExc_ValueError, "bad");
  return -1;
}

static PyObject *by_helper(PyObject *m, PyObject *a) {
  PyThreadState *ts = PyEval_SaveThread();
  int rc = fail((int)getpid());
  PyEval_RestoreThread(ts);
  return PyLong_FromLong(rc);
}
// CHECK: :[[@LINE-4]]:12: error: 'fail' reaches 'PyErr_SetString', which needs an attached thread state, but is called after 'PyEval_SaveThread' detached the thread [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-6]]:23: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-12]]:5: note: in 'fail', 'PyErr_SetString' is called here
// CHECK-NEXT: :[[@LINE-7]]:12: note: keep the error in a local variable, and raise after re-attaching (or between Py_BLOCK_THREADS and Py_UNBLOCK_THREADS)

static void *worker(void *callback) {
  PyObject *r = PyObject_CallNoArgs((PyObject *)callback);
  (void)r;
  return NULL;
}
// CHECK: :[[@LINE-4]]:17: error: 'PyObject_CallNoArgs' needs an attached thread state but is called in 'worker', which is entered detached (callback of pthread_create) [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE+14]]:25: note: 'worker' is handed over here as callback of pthread_create; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-6]]:17: note: attach first: PyGILState_Ensure() before it and PyGILState_Release() after it

static void *attached_worker(void *callback) {
  PyGILState_STATE s = PyGILState_Ensure();
  PyObject_CallNoArgs((PyObject *)callback);
  PyGILState_Release(s);
  return NULL;
}

static PyObject *start(PyObject *m, PyObject *callback) {
  pthread_t t;
  // (the note above names the next line)

  pthread_create(&t, 0, worker, callback);
  pthread_create(&t, 0, attached_worker, callback);
  Py_RETURN_NONE;
}

static void *after_release(void *callback) {
  PyGILState_STATE s = PyGILState_Ensure();
  PyObject_CallNoArgs((PyObject *)callback);
  PyGILState_Release(s);
  PyErr_Clear();
  return NULL;
}
// CHECK: :[[@LINE-3]]:3: error: 'PyErr_Clear' needs an attached thread state but is called in 'after_release', which is entered detached (callback of pthread_create) [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE+5]]:25: note: 'after_release' is handed over here as callback of pthread_create; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-5]]:3: note: keep the error in a local variable, and raise after re-attaching (or between Py_BLOCK_THREADS and Py_UNBLOCK_THREADS)

static PyObject *start_again(PyObject *m, PyObject *callback) {
  pthread_t t;
  pthread_create(&t, 0, after_release, callback);
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"read_block", read_block, METH_NOARGS, NULL}, {"by_helper", by_helper, METH_NOARGS, NULL},
    {"start", start, METH_O, NULL}, {"start_again", start_again, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
