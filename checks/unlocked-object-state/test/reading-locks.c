// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-inconsistent-locking,ungil-mutable-global-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// A lock that is held for reading keeps writers out, and no other reader.
#include <Python.h>
#include <pthread.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static pthread_rwlock_t lock;

static char *table;
static PyObject *renew(PyObject *module, PyObject *unused) {
  pthread_rwlock_rdlock(&lock);
  free(table);
  table = strdup("new");
  pthread_rwlock_unlock(&lock);
  Py_RETURN_NONE;
}
METHOD(renew)
static PyObject *look(PyObject *module, PyObject *unused) {
  pthread_rwlock_rdlock(&lock);
  PyObject *found = PyUnicode_FromString(table);
  pthread_rwlock_unlock(&lock);
  return found;
}
METHOD(look)

static char *kept;
static PyObject *replace(PyObject *module, PyObject *unused) {
  pthread_rwlock_wrlock(&lock);
  free(kept);
  kept = strdup("new");
  pthread_rwlock_unlock(&lock);
  Py_RETURN_NONE;
}
METHOD(replace)
static PyObject *read_kept(PyObject *module, PyObject *unused) {
  pthread_rwlock_rdlock(&lock);
  PyObject *found = PyUnicode_FromString(kept);
  pthread_rwlock_unlock(&lock);
  return found;
}
METHOD(read_kept)
// CHECK: :[[@LINE-29]]:3: warning: 'table' is written in 'renew' and read in 'look' with no common lock; a thread can use or free what another has replaced on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-26]]:1: note: 'renew' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-24]]:42: note: read here in 'look', holding 'lock'
// CHECK-NEXT: :[[@LINE-21]]:1: note: 'look' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-37]]:1: note: guard every use with one PyMutex, or give each thread or module its own
