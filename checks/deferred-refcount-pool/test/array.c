// RUN: %both --checks='-*,ungil-deferred-refcount-pool' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-deferred-refcount-pool' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static PyObject *increments[64], *owned[64], *decrements[64];
static int increment_count, owned_count, decrement_count;

static void *worker(void *object) {
  pthread_mutex_lock(&mutex);
  increments[increment_count++] = (PyObject *)object;
  pthread_mutex_unlock(&mutex);
  return NULL;
}

static PyObject *apply(PyObject *m, PyObject *a) {
  for (int i = 0; i < increment_count; ++i)
    Py_INCREF(increments[i]);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-3]]:5: error: references to the objects in 'increments' are taken here, after 'worker' put them in without one; an object can be freed in between, and is then revived and freed again [ungil-deferred-refcount-pool]
// CHECK-NEXT: :[[@LINE+34]]:33: note: 'worker' is handed over here as callback of pthread_create; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-12]]:3: note: put in here, by a thread that may be detached and holds no reference
// CHECK-NEXT: :[[@LINE-6]]:5: note: attach and take the reference before the object goes into the pool; only decrements can wait

// Silent: the worker attaches and takes the reference before the object goes in; the one that is taken out is another.
static void *owning_worker(void *object) {
  PyGILState_STATE state = PyGILState_Ensure();
  Py_INCREF((PyObject *)object);
  PyGILState_Release(state);
  pthread_mutex_lock(&mutex);
  owned[owned_count++] = (PyObject *)object;
  pthread_mutex_unlock(&mutex);
  return NULL;
}
static PyObject *first_owned(PyObject *m, PyObject *a) {
  Py_INCREF(owned[0]);
  return owned[0];
}

// Silent: decrements can wait.
static void *dropping_worker(void *object) {
  pthread_mutex_lock(&mutex);
  decrements[decrement_count++] = (PyObject *)object;
  pthread_mutex_unlock(&mutex);
  return NULL;
}
static PyObject *settle(PyObject *m, PyObject *a) {
  while (decrement_count)
    Py_DECREF(decrements[--decrement_count]);
  Py_RETURN_NONE;
}

static PyObject *start(PyObject *m, PyObject *object) {
  pthread_t thread;
  pthread_create(&thread, NULL, worker, object);
  pthread_create(&thread, NULL, owning_worker, object);
  pthread_create(&thread, NULL, dropping_worker, Py_NewRef(object));
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"start", start, METH_O, NULL}, {"apply", apply, METH_NOARGS, NULL},
    {"first_owned", first_owned, METH_NOARGS, NULL}, {"settle", settle, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
