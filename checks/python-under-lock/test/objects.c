// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Locks in objects of Python's, in a unit whose functions the methods of another unit call.
#include <Python.h>
#include <pthread.h>

typedef struct {
  PyObject_HEAD
  pthread_mutex_t lock;
  PyObject *notifies;
} Connection;

int fetch(Connection *self);

int notify(Connection *self, PyObject *notice) {
  int failed;
  Py_BEGIN_ALLOW_THREADS
  pthread_mutex_lock(&self->lock);
  Py_BLOCK_THREADS
  failed = fetch(self);
  Py_XDECREF(PyObject_CallMethodOneArg(self->notifies, notice, notice));
  Py_UNBLOCK_THREADS
  pthread_mutex_unlock(&self->lock);
  Py_END_ALLOW_THREADS
  return failed;
}
// CHECK: :[[@LINE-6]]:3: warning: 'PyObject_CallMethodOneArg' can run any Python code while 'Connection->lock' is held; if that comes back to this module, the thread waits for itself [ungil-python-under-lock]
// CHECK-NEXT: :[[@LINE-10]]:3: note: 'Connection->lock' is taken here
// CHECK-NEXT: :[[@LINE+7]]:3: note: 'refuse' would wait for it here
// CHECK-NEXT: :[[@LINE-9]]:3: note: do it before locking or after unlocking, or use a critical section, which is suspended meanwhile

// Silent: making an exception of the interpreter's own runs no code of the user's.
PyObject *refuse(Connection *self) {
  PyObject *error;
  Py_BEGIN_ALLOW_THREADS
  pthread_mutex_lock(&self->lock);
  Py_BLOCK_THREADS
  error = PyObject_CallFunction(PyExc_ValueError, "s", "closed");
  Py_UNBLOCK_THREADS
  pthread_mutex_unlock(&self->lock);
  Py_END_ALLOW_THREADS
  return error;
}
// CHECK: end of report
