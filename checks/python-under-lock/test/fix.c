// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-python-under-lock' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-python-under-lock' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
#include <Python.h>

static PyMutex mutex;
static PyObject *callback;
static int calls;

static PyObject *clear(PyObject *m, PyObject *a) {
  PyMutex_Lock(&mutex);
  calls = 0;
  Py_CLEAR(callback);
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}

static PyObject *set(PyObject *m, PyObject *value) {
  PyMutex_Lock(&mutex);
  Py_XSETREF(callback, Py_NewRef(value));
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}

// No repair: it is not the last thing under the lock.
static PyObject *clear_first(PyObject *m, PyObject *a) {
  PyMutex_Lock(&mutex);
  Py_CLEAR(callback);
  calls = 0;
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"clear", clear, METH_NOARGS, NULL},
                         {"set", set, METH_O, NULL},
                         {"clear_first", clear_first, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
// FIXED-LABEL: static PyObject *clear(
// FIXED: calls = 0;
// FIXED-NEXT: PyObject *dropped = (PyObject *)callback;
// FIXED-NEXT: callback = NULL;
// FIXED-NEXT: PyMutex_Unlock(&mutex);
// FIXED-NEXT: Py_XDECREF(dropped);
// FIXED-LABEL: static PyObject *set(
// FIXED: PyObject *dropped = (PyObject *)callback;
// FIXED-NEXT: callback = Py_NewRef(value);
// FIXED-NEXT: PyMutex_Unlock(&mutex);
// FIXED-NEXT: Py_XDECREF(dropped);
// FIXED-LABEL: static PyObject *clear_first(
// FIXED: Py_CLEAR(callback);
// AGAIN: warning: 'Py_DECREF' can run a destructor
// AGAIN-NOT: warning:
