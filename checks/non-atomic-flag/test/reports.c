// RUN: %both --checks='-*,ungil-non-atomic-flag' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-non-atomic-flag' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <pthread.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// Polled by a thread until a method says stop. Volatile is no help.
static volatile int stop;
static long rounds(void);
static void *work(void *unused) {
  while (!stop) // BAD
    rounds();
  return NULL;
}
static PyObject *start(PyObject *module, PyObject *unused) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, NULL);
  Py_RETURN_NONE;
}
METHOD(start)
static PyObject *cancel(PyObject *module, PyObject *unused) {
  stop = 1;
  Py_RETURN_NONE;
}
METHOD(cancel)

// A thread body that only asks, without a loop.
static int verbose;
static void *talk(void *unused) {
  if (verbose) // BAD
    rounds();
  return NULL;
}
static PyObject *start_talk(PyObject *module, PyObject *value) {
  pthread_t thread;
  pthread_create(&thread, NULL, talk, NULL);
  verbose = PyObject_IsTrue(value);
  Py_RETURN_NONE;
}
METHOD(start_talk)

// Locked on one side: double-checked locking with a plain first test, the test and the store in two functions.
static PyMutex lock;
static int ready;
static void prepare(void) {
  PyMutex_Lock(&lock);
  ready = 1;
  PyMutex_Unlock(&lock);
}
static PyObject *use(PyObject *module, PyObject *unused) {
  if (!ready) // BAD
    prepare();
  Py_RETURN_NONE;
}
METHOD(use)

// Bit-fields in one storage unit.
static struct {
  unsigned open : 1;
  unsigned dirty : 1;
} status;
static PyObject *open_it(PyObject *module, PyObject *unused) {
  status.open = 1; // BAD
  Py_RETURN_NONE;
}
METHOD(open_it)
static PyObject *touch(PyObject *module, PyObject *unused) {
  status.dirty = 1;
  Py_RETURN_NONE;
}
METHOD(touch)
static long rounds(void) { return 1; }
