// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// What another unit puts into a hook may attach.
#include <Python.h>
#include <pthread.h>

extern struct hooks {
  void (*lock)(void);
  void (*unlock)(void);
  int (*log)(const char *);
} hooks;

// Silent: attached through the hook, in a helper.
static void enter(void) {
  hooks.lock();
  PyErr_Clear();
}
static void *attaches(void *unused) {
  enter();
  Py_DECREF(PyLong_FromLong(1));
  hooks.unlock();
  return NULL;
}

// A function that gets something is there for that.
static void *logs(void *unused) {
  hooks.log("started");
  PyErr_Clear();
  return NULL;
}
// CHECK: :[[@LINE-3]]:3: error: 'PyErr_Clear' needs an attached thread state but is called in 'logs', which is entered detached (callback of pthread_create) [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE+13]]:33: note: 'logs' is handed over here as callback of pthread_create; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-5]]:3: note: keep the error in a local variable, and raise after re-attaching (or between Py_BLOCK_THREADS and Py_UNBLOCK_THREADS)

// Silent: only a value of another type makes the function need more than the bytes.
static PyObject *reads(PyObject *m, PyObject *path) {
  Py_BEGIN_ALLOW_THREADS
  hooks.log(PyBytes_AsString(path));
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
static PyObject *start(PyObject *m, PyObject *a) {
  pthread_t thread;
  pthread_create(&thread, NULL, attaches, NULL);
  pthread_create(&thread, NULL, logs, NULL);
  Py_RETURN_NONE;
}
PyMethodDef methods[] = {{"start", start, METH_NOARGS, NULL}, {"reads", reads, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
