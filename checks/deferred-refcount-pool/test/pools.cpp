// RUN: %both --checks='-*,ungil-deferred-refcount-pool' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <mutex>
#include <pthread.h>
#include <vector>

static std::mutex mutex;
static std::vector<PyObject *> increments, decrements;

static PyObject *clone_detached(PyObject *object) {
  std::lock_guard<std::mutex> guard(mutex);
  increments.push_back(object);
  return object;
}
static void apply_increments() {
  for (PyObject *object : increments)
    Py_INCREF(object);
  increments.clear();
}
// CHECK: :[[@LINE-3]]:5: error: references to the objects in 'increments' are taken here, after 'clone_detached' put them in without one; an object can be freed in between, and is then revived and freed again [ungil-deferred-refcount-pool]
// CHECK-NEXT: :[[@LINE+30]]:36: note: 'worker' is handed over here as callback of pthread_create; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE+23]]:14: note: which calls 'clone_detached' here
// CHECK-NEXT: :[[@LINE-11]]:3: note: put in here, by a thread that may be detached and holds no reference
// CHECK-NEXT: :[[@LINE-7]]:5: note: attach and take the reference before the object goes into the pool; only decrements can wait

// Silent: ownership moves in, decrements only.
static void drop_later(PyObject *object) {
  std::lock_guard<std::mutex> guard(mutex);
  decrements.push_back(object);
}
static void apply_decrements() {
  std::vector<PyObject *> taken;
  {
    std::lock_guard<std::mutex> guard(mutex);
    taken.swap(decrements);
  }
  for (PyObject *object : taken)
    Py_DECREF(object);
}



static void *worker(void *object) {

  drop_later(clone_detached(static_cast<PyObject *>(object)));
  return nullptr;
}

static PyObject *run(PyObject *, PyObject *object) {
  pthread_t thread;
  pthread_create(&thread, nullptr, worker, object);
  apply_increments();
  apply_decrements();
  Py_RETURN_NONE;
}

// Silent: attached threads fill it, and what is in it has a reference.
static PyObject *recent[8];
static PyObject *remember(PyObject *, PyObject *object) {
  recent[0] = object;
  Py_RETURN_NONE;
}
static PyObject *latest(PyObject *, PyObject *) {
  Py_INCREF(recent[0]);
  return recent[0];
}

PyMethodDef methods[] = {{"run", run, METH_O, nullptr}, {"remember", remember, METH_O, nullptr},
    {"latest", latest, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
// CHECK: end of report
