// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// What runs Python code only when somebody derives from a type of the unit's own, or not at all, is not likely.
#include <Python.h>
#include <pthread.h>

static PyMutex mutex;
static PyObject *cache, *callbacks;

// Silent: bytes and references without a callback are all that the unit puts in.
static int remember(PyObject *object, PyObject *key) {
  PyObject *reference = PyWeakref_NewRef(object, NULL);
  return PyDict_SetItem(cache, key, reference);
}
static PyObject *add(PyObject *m, PyObject *object) {
  PyObject *key = PyBytes_FromString("key");
  PyMutex_Lock(&mutex);
  remember(object, key);
  PyMutex_Unlock(&mutex);
  return key;
}
static PyObject *forget(PyObject *m, PyObject *key) {
  PyMutex_Lock(&mutex);
  PyDict_DelItem(cache, key);
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}

// Anything is put into this one.
static PyObject *watch(PyObject *m, PyObject *callback) {
  PyMutex_Lock(&mutex);
  PyDict_SetItem(callbacks, PyLong_FromLong(1), callback);
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}
static PyObject *unwatch(PyObject *m, PyObject *key) {
  PyMutex_Lock(&mutex);
  PyDict_DelItem(callbacks, key);
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:3: warning: 'PyDict_DelItem' can run a destructor written in Python while 'mutex' is held; if that comes back to this module, the thread waits for itself [ungil-python-under-lock]
// CHECK-NEXT: :[[@LINE-6]]:3: note: 'mutex' is taken here
// CHECK-NEXT: :[[@LINE+29]]:3: note: 'with_own' would wait for it here
// CHECK-NEXT: :[[@LINE-7]]:3: note: move the old object to a local variable under the lock, and drop it after unlocking

typedef struct {
  PyObject_HEAD
  PyObject *members;
} Document;
static Document *shared;

// Silent: an object in the unit's own memory, which nobody frees.
static PyTypeObject document_type = {PyVarObject_HEAD_INIT(NULL, 0)};
static PyObject *share(PyObject *m, PyObject *a) {
  PyMutex_Lock(&mutex);
  Py_DECREF(&document_type);
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}
// Silent: an object of the unit's own type.
static PyObject *unshare(PyObject *m, PyObject *a) {
  PyMutex_Lock(&mutex);
  Py_CLEAR(shared);
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}

// Silent: the method of an object of the unit's own type, looked up as a `with` statement does.
static PyObject *call(PyObject *function) { return PyObject_CallNoArgs(function); }
static PyObject *with_own(PyObject *m, PyObject *a) {
  PyObject *method = PyObject_GetAttrString((PyObject *)shared, "__exit__");
  PyMutex_Lock(&mutex);
  PyObject *result = call(method);
  PyMutex_Unlock(&mutex);
  return result;
}

// Silent: a mutex that its holder may take again, made so by a helper.
static pthread_mutex_t again;
static int init_recursive(pthread_mutex_t *made) {
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
  return pthread_mutex_init(made, &kind);
}
static PyObject *setup(PyObject *m, PyObject *a) {
  init_recursive(&again);
  Py_RETURN_NONE;
}
static PyObject *under_again(PyObject *m, PyObject *function) {
  Py_BEGIN_ALLOW_THREADS
  pthread_mutex_lock(&again);
  Py_END_ALLOW_THREADS
  PyObject *result = PyObject_CallNoArgs(function);
  pthread_mutex_unlock(&again);
  return result;
}

PyMethodDef methods[] = {{"add", add, METH_O, NULL},
                         {"forget", forget, METH_O, NULL},
                         {"watch", watch, METH_O, NULL},
                         {"unwatch", unwatch, METH_O, NULL},
                         {"share", share, METH_NOARGS, NULL},
                         {"unshare", unshare, METH_NOARGS, NULL},
                         {"with_own", with_own, METH_NOARGS, NULL},
                         {"setup", setup, METH_NOARGS, NULL},
                         {"under_again", under_again, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
