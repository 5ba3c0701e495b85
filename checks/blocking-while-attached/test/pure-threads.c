// RUN: %both --checks='-*,ungil-blocking-while-attached' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-blocking-while-attached' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Threads of a pool that never attach: waiting for them stalls a pause, but nothing deadlocks.
#include <Python.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t passed = PTHREAD_COND_INITIALIZER, asked = PTHREAD_COND_INITIALIZER;
static pthread_t pool;
static int done;

static void *work_off(void *unused) {
  pthread_mutex_lock(&mutex);
  done = 1;
  pthread_cond_broadcast(&passed);
  pthread_mutex_unlock(&mutex);
  return NULL;
}
static PyObject *start(PyObject *m, PyObject *a) {
  pthread_create(&pool, NULL, work_off, NULL);
  Py_RETURN_NONE;
}
// Silent: joined by another method.
static PyObject *stop(PyObject *m, PyObject *a) {
  pthread_join(pool, NULL);
  Py_RETURN_NONE;
}
// Silent: only the pool signals it.
static PyObject *pass(PyObject *m, PyObject *a) {
  pthread_mutex_lock(&mutex);
  while (!done)
    pthread_cond_wait(&passed, &mutex);
  pthread_mutex_unlock(&mutex);
  Py_RETURN_NONE;
}
// Another method signals this one, and must be attached for it.
static PyObject *ask(PyObject *m, PyObject *a) {
  pthread_cond_signal(&asked);
  Py_RETURN_NONE;
}
static PyObject *answer(PyObject *m, PyObject *a) {
  pthread_mutex_lock(&mutex);
  pthread_cond_wait(&asked, &mutex);
  pthread_mutex_unlock(&mutex);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:3: warning: 'pthread_cond_wait' waits for another thread while this one is attached; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach [ungil-blocking-while-attached]
// CHECK-NEXT: note: 'answer' is a method; the interpreter calls it attached
// CHECK-NEXT: :[[@LINE-6]]:3: note: {{.*}}

PyMethodDef methods[] = {{"start", start, METH_NOARGS, NULL}, {"stop", stop, METH_NOARGS, NULL},
                         {"pass", pass, METH_NOARGS, NULL},   {"ask", ask, METH_NOARGS, NULL},
                         {"answer", answer, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
