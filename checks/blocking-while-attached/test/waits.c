// RUN: %both --checks='-*,ungil-blocking-while-attached' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <pthread.h>
#include <pythread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static int done;

static PyObject *wait_ready(PyObject *m, PyObject *a) {
  pthread_mutex_lock(&mutex);
  while (!done)
    pthread_cond_wait(&ready, &mutex);
  pthread_mutex_unlock(&mutex);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:5: warning: 'pthread_cond_wait' waits for another thread while this one is attached; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach [ungil-blocking-while-attached]
// CHECK-NEXT: :[[@LINE+37]]:41: note: 'wait_ready' is a method; the interpreter calls it attached
// CHECK-NEXT: :[[@LINE-6]]:5: note: detach around it: Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS, or a gil_scoped_release in a block of its own

// Silent: tried first, and waited for detached.
static PyThread_type_lock lock;
static PyObject *retry_detached(PyObject *m, PyObject *a) {
  if (!PyThread_acquire_lock(lock, NOWAIT_LOCK)) {
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(lock, WAIT_LOCK);
    Py_END_ALLOW_THREADS
  }
  PyThread_release_lock(lock);
  Py_RETURN_NONE;
}

// Silent: the worker is no thread of Python's.
static void *work_off(void *unused) {
  pthread_mutex_lock(&mutex);
  while (!done)
    pthread_cond_wait(&ready, &mutex);
  pthread_mutex_unlock(&mutex);
  return NULL;
}
static PyObject *start(PyObject *m, PyObject *a) {
  pthread_t thread;
  pthread_create(&thread, NULL, work_off, NULL);
  Py_RETURN_NONE;
}

// Silent: one thread, before anybody can use the module.
static int exec(PyObject *m) {
  pthread_t thread;
  pthread_create(&thread, NULL, work_off, NULL);
  pthread_join(thread, NULL);
  return 0;
}

PyMethodDef methods[] = {{"wait_ready", wait_ready, METH_NOARGS, NULL},
                         {"retry_detached", retry_detached, METH_NOARGS, NULL},
                         {"start", start, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
// CHECK: end of report
