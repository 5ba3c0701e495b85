// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Containers that the unit makes: what is in them decides, so nothing is likely.
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyMutex mutex;
  PyObject *members, *callback;
} Group;

static PyObject *open_it(PyObject *o, PyObject *a) {
  Group *self = (Group *)o;
  self->members = PySet_New(NULL);
  self->callback = Py_NewRef(a);
  Py_RETURN_NONE;
}
static PyObject *list_it(PyObject *o, PyObject *a) {
  Group *self = (Group *)o;
  PyMutex_Lock(&self->mutex);
  PyObject *iterator = PyObject_GetIter(self->members);
  PyMutex_Unlock(&self->mutex);
  return iterator;
}
static PyObject *close_it(PyObject *o, PyObject *a) {
  Group *self = (Group *)o;
  PyMutex_Lock(&self->mutex);
  Py_CLEAR(self->members);
  PyMutex_Unlock(&self->mutex);
  Py_RETURN_NONE;
}
static PyObject *call_it(PyObject *o, PyObject *a) {
  Group *self = (Group *)o;
  PyMutex_Lock(&self->mutex);
  PyObject *iterator = PyObject_GetIter(self->callback);
  PyMutex_Unlock(&self->mutex);
  return iterator;
}
// CHECK: :[[@LINE-4]]:24: warning: 'PyObject_GetIter' can run any Python code while 'Group->mutex' is held; if that comes back to this module, the thread waits for itself [ungil-python-under-lock]
// CHECK-NEXT: :[[@LINE-6]]:3: note: 'Group->mutex' is taken here
// CHECK-NEXT: :[[@LINE-21]]:3: note: 'list_it' would wait for it here
// CHECK-NEXT: :[[@LINE-7]]:24: note: do it before locking or after unlocking, or use a critical section, which is suspended meanwhile

PyMethodDef methods[] = {{"open", open_it, METH_O, NULL},
                         {"list", list_it, METH_NOARGS, NULL},
                         {"close", close_it, METH_NOARGS, NULL},
                         {"call", call_it, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
