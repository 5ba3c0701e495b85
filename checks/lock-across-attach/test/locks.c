// RUN: %both --checks='-*,ungil-lock-across-attach' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <pthread.h>

static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static PyObject *registered;

static PyObject *add(PyObject *m, PyObject *item) {
  pthread_mutex_lock(&registry);
  PyObject *text = PyObject_Repr(item);
  pthread_mutex_unlock(&registry);
  return text;
}
// CHECK: :[[@LINE-5]]:3: error: an attached thread waits for 'registry', which 'add' holds while it runs Python code; a stop-the-world pause between the two never ends [ungil-lock-across-attach]
// CHECK-NEXT: :[[@LINE-6]]:3: note: in 'add', 'registry' is taken here
// CHECK-NEXT: :[[@LINE-6]]:20: note: 'PyObject_Repr' runs Python code here, which may have to wait for the pause
// CHECK-NEXT: :[[@LINE-8]]:3: note: detach before waiting for the lock and release it before attaching, or use a PyMutex, whose waiters detach

// Silent: a try does not wait.
static pthread_mutex_t tried = PTHREAD_MUTEX_INITIALIZER;
static PyObject *tries(PyObject *m, PyObject *item) {
  if (pthread_mutex_trylock(&tried) != 0)
    Py_RETURN_NONE;
  PyObject *text = PyObject_Repr(item);
  pthread_mutex_unlock(&tried);
  return text;
}

// Silent: held while attaching, but every wait is detached, in timers and in methods.
static pthread_mutex_t timers = PTHREAD_MUTEX_INITIALIZER;
static void *tick(void *callback) {
  pthread_mutex_lock(&timers);
  PyGILState_STATE state = PyGILState_Ensure();
  Py_XDECREF(PyObject_CallNoArgs((PyObject *)callback));
  PyGILState_Release(state);
  pthread_mutex_unlock(&timers);
  return NULL;
}
static PyObject *set_timer(PyObject *m, PyObject *callback) {
  pthread_t thread;
  Py_BEGIN_ALLOW_THREADS
  pthread_mutex_lock(&timers);
  pthread_mutex_unlock(&timers);
  Py_END_ALLOW_THREADS
  pthread_create(&thread, NULL, tick, callback);
  Py_RETURN_NONE;
}

// Silent: Py_BLOCK_THREADS under a lock that is waited for detached.
static pthread_mutex_t connection = PTHREAD_MUTEX_INITIALIZER;
static PyObject *execute(PyObject *m, PyObject *item) {
  Py_BEGIN_ALLOW_THREADS
  pthread_mutex_lock(&connection);
  Py_BLOCK_THREADS
  Py_XDECREF(PyObject_Repr(item));
  Py_UNBLOCK_THREADS
  pthread_mutex_unlock(&connection);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"add", add, METH_O, NULL}, {"tries", tries, METH_O, NULL},
    {"set_timer", set_timer, METH_O, NULL}, {"execute", execute, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
