// rule: ungil-lock-imbalance
// oracle: hang
// needs: python
// driver: call
//
// An error path that keeps the lock.

#include "fixture.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long calls;

static PyObject *run(PyObject *module, PyObject *arg) {
  pthread_mutex_lock(&mutex);
  if (++calls % 7 == 0) {
    pthread_mutex_unlock(&mutex);
    PyErr_SetString(PyExc_ValueError, "every seventh");
    PyErr_Clear();
    Py_RETURN_NONE;
  }
  pthread_mutex_unlock(&mutex);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
