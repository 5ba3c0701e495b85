// RUN: %both --checks='-*,ungil-python-under-lock,ungil-lock-across-attach' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-python-under-lock,ungil-lock-across-attach' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Silent: what well-known projects do under their locks.
#include <Python.h>
#include <pthread.h>

static PyMutex mutex;
static PyObject *names[8];

// CPython's pwd: results are made of strings and numbers that nobody else has.
static PyObject *entry(long id) {
  PyObject *made = PyTuple_New(2);
  if (!made)
    return NULL;
  PyTuple_SET_ITEM(made, 0, PyUnicode_DecodeFSDefault("root"));
  PyTuple_SET_ITEM(made, 1, PyLong_FromLong(id));
  if (PyErr_Occurred())
    Py_CLEAR(made);
  return made;
}
static PyObject *getpwall(PyObject *m, PyObject *a) {
  PyObject *list = PyList_New(0);
  PyMutex_Lock(&mutex);
  for (long id = 0; id != 8; ++id) {
    PyObject *made = entry(id);
    if (made == NULL || PyList_Append(list, made) != 0) {
      Py_XDECREF(made);
      Py_DECREF(list);
      PyMutex_Unlock(&mutex);
      return NULL;
    }
    Py_DECREF(made);
  }
  PyMutex_Unlock(&mutex);
  return list;
}

// NumPy's argument parser: names are interned once.
static PyObject *parse(PyObject *m, PyObject *a) {
  PyMutex_Lock(&mutex);
  if (!names[0])
    names[0] = PyUnicode_InternFromString("axis");
  PyMutex_Unlock(&mutex);
  return Py_XNewRef(names[0]);
}

// ctypes' closures: C code alone, and the error after unlocking.
static void *free_list;
static PyObject *closure(PyObject *m, PyObject *a) {
  PyMutex_Lock(&mutex);
  void *item = free_list;
  if (item)
    free_list = *(void **)item;
  PyMutex_Unlock(&mutex);
  return item ? PyLong_FromVoidPtr(item) : PyErr_NoMemory();
}

// numexpr: the lock is waited for detached, and attached under it to raise; NumPy's LAPACK and py-lmdb's environment too.
static pthread_mutex_t parallel = PTHREAD_MUTEX_INITIALIZER;
static PyObject *evaluate(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  pthread_mutex_lock(&parallel);
  if (a == m) {
    Py_BLOCK_THREADS
    PyErr_NoMemory();
    Py_UNBLOCK_THREADS
  }
  pthread_mutex_unlock(&parallel);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// kiwi: waited for attached, with arithmetic under it.
static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;
static double total;
static PyObject *add(PyObject *m, PyObject *a) {
  double value = PyFloat_AsDouble(a);
  pthread_mutex_lock(&global);
  total += value;
  value = total;
  pthread_mutex_unlock(&global);
  return PyFloat_FromDouble(value);
}

PyMethodDef methods[] = {{"getpwall", getpwall, METH_NOARGS, NULL},
                         {"parse", parse, METH_NOARGS, NULL},
                         {"closure", closure, METH_NOARGS, NULL},
                         {"evaluate", evaluate, METH_O, NULL},
                         {"add", add, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
