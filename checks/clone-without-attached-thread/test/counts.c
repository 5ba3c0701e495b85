// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <pthread.h>
#include <unistd.h>

typedef struct {
  PyObject *callback;
} Job;

static PyObject *keeps(PyObject *m, PyObject *item) {
  Py_BEGIN_ALLOW_THREADS
  Py_INCREF(item);
  (void)getpid();
  Py_DECREF(item);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-6]]:3: error: 'Py_INCREF' changes a reference count, after Py_BEGIN_ALLOW_THREADS detached the thread; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-8]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-6]]:3: note: 'Py_DECREF' changes a reference count here too
// CHECK-NEXT: :[[@LINE-9]]:3: note: take or drop the reference before detaching or after attaching again

static void job_free(Job *job) {
  Py_CLEAR(job->callback);
}

static void *worker(void *job) {
  (void)getpid();
  job_free((Job *)job);
  return NULL;
}
// CHECK: :[[@LINE-3]]:3: error: 'job_free' reaches 'Py_DECREF', which changes a reference count, in 'worker', which is entered detached (callback of pthread_create); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE+8]]:28: note: 'worker' is handed over here as callback of pthread_create; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-10]]:3: note: in 'job_free', 'Py_DECREF' is called here
// CHECK-NEXT: :[[@LINE-6]]:3: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

static PyObject *start(PyObject *m, PyObject *callback) {
  static Job job;
  pthread_t t;
  job.callback = Py_NewRef(callback);
  pthread_create(&t, NULL, worker, &job);
  Py_RETURN_NONE;
}

// A path that a test of the state has told to be detached, among others that are attached.
PyObject *call_checked(PyObject *callable, PyObject *argument) {
  PyObject *result = NULL;
  if (!PyGILState_Check())
    goto end;
  result = PyObject_CallOneArg(callable, argument);
end:
  Py_DECREF(argument);
  return result;
}
// CHECK: :[[@LINE-3]]:3: error: 'Py_DECREF' changes a reference count, where 'PyGILState_Check' says that no thread state is attached; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-8]]:8: note: this test tells that the thread is detached
// CHECK-NEXT: :[[@LINE-5]]:3: note: take or drop the reference before detaching or after attaching again

PyMethodDef methods[] = {{"keeps", keeps, METH_O, NULL}, {"start", start, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
