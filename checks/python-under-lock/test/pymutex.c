// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

static PyMutex mutex;
static PyObject *callback;

static PyObject *set(PyObject *m, PyObject *value) {
  PyMutex_Lock(&mutex);
  Py_XSETREF(callback, Py_NewRef(value));
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:3: warning: 'Py_XDECREF' can run a destructor written in Python while 'mutex' is held; if that comes back to this module, the thread waits for itself [ungil-python-under-lock]
// CHECK-NEXT: :[[@LINE-6]]:3: note: 'mutex' is taken here
// CHECK-NEXT: :[[@LINE+20]]:3: note: 'set_well' would wait for it here
// CHECK-NEXT: :[[@LINE-7]]:3: note: move the old object to a local variable under the lock, and drop it after unlocking

static PyObject *call_it(PyObject *argument) { return PyObject_CallOneArg(callback, argument); }

static PyObject *call(PyObject *m, PyObject *argument) {
  PyMutex_Lock(&mutex);
  PyObject *result = call_it(argument);
  PyMutex_Unlock(&mutex);
  return result;
}
// CHECK: :[[@LINE-4]]:22: warning: 'PyObject_CallOneArg' can run any Python code while 'mutex' is held; if that comes back to this module, the thread waits for itself [ungil-python-under-lock]
// CHECK-NEXT: :[[@LINE-6]]:3: note: 'mutex' is taken here
// CHECK-NEXT: :[[@LINE-10]]:55: note: in 'call_it', 'PyObject_CallOneArg' is called here
// CHECK-NEXT: :[[@LINE+6]]:3: note: 'set_well' would wait for it here
// CHECK-NEXT: :[[@LINE-8]]:22: note: do it before locking or after unlocking, or use a critical section, which is suspended meanwhile


// Silent: the old value is dropped after unlocking; objects are only made under the lock.
static PyObject *set_well(PyObject *m, PyObject *value) {
  PyMutex_Lock(&mutex);
  PyObject *old = callback;
  callback = Py_NewRef(value);
  PyObject *name = PyUnicode_FromString("callback");
  PyMutex_Unlock(&mutex);
  Py_XDECREF(old);
  return name;
}

// Silent: a critical section is suspended while Python code runs.
static PyObject *sections(PyObject *self, PyObject *value) {
  Py_BEGIN_CRITICAL_SECTION(self);
  Py_XDECREF(PyObject_Repr(value));
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"set", set, METH_O, NULL}, {"call", call, METH_O, NULL}, {"set_well", set_well, METH_O, NULL},
    {"sections", sections, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
