// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Functions handed to libraries: called at once in the caller's state, or later by a thread of the library's.
#include <Python.h>
#include <stdlib.h>

typedef unsigned (*SDL_TimerCallback)(unsigned, void *);
int SDL_AddTimer(unsigned interval, SDL_TimerCallback callback, void *data);

static int compare(const void *a, const void *b) {
  return PyObject_RichCompareBool(*(PyObject **)a, *(PyObject **)b, Py_LT);
}
// Silent: sorted while attached.
static PyObject *sorts(PyObject *m, PyObject *items) {
  qsort(&items, 1, sizeof(items), compare);
  Py_RETURN_NONE;
}
static PyObject *sorts_detached(PyObject *m, PyObject *items) {
  Py_BEGIN_ALLOW_THREADS
  qsort(&items, 1, sizeof(items), compare);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:{{[0-9]+}}: error: 'compare' reaches 'PyObject_RichCompareBool', which needs an attached thread state, but is called after Py_BEGIN_ALLOW_THREADS detached the thread [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-6]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-15]]:10: note: in 'compare', 'PyObject_RichCompareBool' is called here
// CHECK-NEXT: :[[@LINE-7]]:{{[0-9]+}}: note: {{.*}}

static unsigned tick(unsigned interval, void *data) {
  PyErr_CheckSignals();
  return interval;
}
// CHECK: :[[@LINE-3]]:3: error: 'PyErr_CheckSignals' needs an attached thread state but is called in 'tick', which is entered detached (callback of SDL_AddTimer) [ungil-detached-api-call]
// CHECK-NEXT: note: 'tick' is handed over here as callback of SDL_AddTimer; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-5]]:3: note: {{.*}}

// Silent: attached, and around the reference counts alone, as pygame-ce's timers.
static unsigned attached_tick(unsigned interval, void *data) {
  PyGILState_STATE state = PyGILState_Ensure();
  Py_INCREF((PyObject *)data);
  PyErr_CheckSignals();
  Py_DECREF((PyObject *)data);
  PyGILState_Release(state);
  return interval;
}

// Silent: a structure of Python's, of which only C fields are used, as in Cython's code without the GIL.
typedef struct {
  PyObject_HEAD
  double value;
} Number;
static double twice(Number *self) { return 2 * self->value; }
static PyObject *nogil(PyObject *o, PyObject *a) {
  double result;
  Py_BEGIN_ALLOW_THREADS
  result = twice((Number *)o);
  Py_END_ALLOW_THREADS
  return PyFloat_FromDouble(result);
}

// Silent: CPython's sockets, which call a function of their own inside and raise outside.
static int call(int (*function)(void *), void *data) {
  int result;
  Py_BEGIN_ALLOW_THREADS
  result = function(data);
  Py_END_ALLOW_THREADS
  if (result < 0)
    PyErr_SetFromErrno(PyExc_OSError);
  return result;
}
static int connect_one(void *data) { return data ? 0 : -1; }
static PyObject *connects(PyObject *m, PyObject *a) { return call(connect_one, a) < 0 ? NULL : Py_NewRef(a); }

static PyObject *timers(PyObject *m, PyObject *a) {
  SDL_AddTimer(1, tick, NULL);
  SDL_AddTimer(1, attached_tick, a);
  Py_RETURN_NONE;
}
PyMethodDef methods[] = {{"sorts", sorts, METH_O, NULL},
                         {"sorts_detached", sorts_detached, METH_O, NULL},
                         {"nogil", nogil, METH_NOARGS, NULL},
                         {"connects", connects, METH_O, NULL},
                         {"timers", timers, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
