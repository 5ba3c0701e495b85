// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Silent: what Cython generates to raise exceptions and to look up names runs no code of the user's, though it could call
// anything.
#include <Python.h>

static PyMutex mutex;
static PyObject *builtins;

static PyObject *__Pyx_GetBuiltinName(PyObject *name) {
  PyObject *result = PyObject_GetAttr(builtins, name);
  if (!result)
    PyErr_Format(PyExc_NameError, "name '%U' is not defined", name);
  return result;
}
static void __Pyx_Raise(PyObject *type, PyObject *value) {
  PyObject *raised = PyObject_CallOneArg(type, value);
  PyErr_SetObject(type, raised);
  Py_XDECREF(raised);
}

static PyObject *set(PyObject *m, PyObject *value) {
  PyMutex_Lock(&mutex);
  PyObject *type = __Pyx_GetBuiltinName(value);
  if (!type)
    __Pyx_Raise(PyExc_ValueError, value);
  PyMutex_Unlock(&mutex);
  return type;
}

static PyObject *call(PyObject *m, PyObject *callback) {
  PyMutex_Lock(&mutex);
  PyObject *result = PyObject_CallNoArgs(callback);
  PyMutex_Unlock(&mutex);
  return result;
}
// CHECK: :[[@LINE-4]]:22: warning: 'PyObject_CallNoArgs' can run any Python code while 'mutex' is held; if that comes back to this module, the thread waits for itself [ungil-python-under-lock]
// CHECK-NEXT: :[[@LINE-6]]:3: note: 'mutex' is taken here
// CHECK-NEXT: :[[@LINE-16]]:3: note: 'set' would wait for it here
// CHECK-NEXT: :[[@LINE-7]]:22: note: do it before locking or after unlocking, or use a critical section, which is suspended meanwhile

PyMethodDef methods[] = {{"set", set, METH_O, NULL}, {"call", call, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
