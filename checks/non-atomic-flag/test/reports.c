// RUN: %both --checks='-*,ungil-non-atomic-flag' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-non-atomic-flag' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <pthread.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// Polled by a thread until a method says stop. Volatile is no help.
static volatile int stop;
static long rounds(void);
static void *work(void *unused) {
  while (!stop)
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
  if (verbose)
    rounds();
  return NULL;
}
static PyObject *start_talk(PyObject *module, PyObject *value) {
  pthread_t thread;
  pthread_create(&thread, NULL, talk, NULL);
  verbose = value == Py_True;
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
  if (!ready)
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
  status.open = 1;
  Py_RETURN_NONE;
}
METHOD(open_it)
static PyObject *touch(PyObject *module, PyObject *unused) {
  status.dirty = 1;
  Py_RETURN_NONE;
}
METHOD(touch)
static long rounds(void) { return 1; }
// CHECK: :[[@LINE-62]]:11: warning: flag 'stop' is polled in 'work' while 'cancel' changes it; plain volatile accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-57]]:33: note: 'work' is callback of pthread_create; several threads can run it at once
// CHECK-NEXT: :[[@LINE-53]]:3: note: changed here in 'cancel'
// CHECK-NEXT: :[[@LINE-51]]:1: note: 'cancel' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-69]]:1: note: make it atomic; relaxed order is enough for a flag that guards no data, else store with release and load with acquire
// CHECK: :[[@LINE-48]]:7: warning: flag 'verbose' is polled in 'talk' while 'start_talk' changes it; plain accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-43]]:33: note: 'talk' is callback of pthread_create; several threads can run it at once
// CHECK-NEXT: :[[@LINE-43]]:3: note: changed here in 'start_talk'
// CHECK-NEXT: :[[@LINE-41]]:1: note: 'start_talk' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-54]]:1: note: make it atomic; relaxed order is enough for a flag that guards no data, else store with release and load with acquire
// CHECK: :[[@LINE-32]]:8: warning: flag 'ready' is tested without a lock in 'use' while 'prepare' changes it; plain accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-29]]:1: note: 'use' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-38]]:3: note: changed here in 'prepare', holding 'lock'
// CHECK-NEXT: :[[@LINE-31]]:1: note: 'use' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-35]]:5: note: which calls 'prepare' here
// CHECK-NEXT: :[[@LINE-44]]:1: note: make it atomic; relaxed order is enough for a flag that guards no data, else store with release and load with acquire
// CHECK: :[[@LINE-26]]:3: warning: bit-fields 'status.open' and 'status.dirty' share memory; writing one in 'open_it' and the other in 'touch' at the same time loses a write [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-24]]:1: note: 'open_it' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-23]]:3: note: the neighbour is written here in 'touch'
// CHECK-NEXT: :[[@LINE-33]]:3: note: give each its own byte and make it atomic, or guard both with one lock
// CHECK: end of report
