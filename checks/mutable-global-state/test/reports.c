// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static unsigned long long version;
static PyObject *bump(PyObject *module, PyObject *unused) { return PyLong_FromUnsignedLongLong(++version); }
METHOD(bump)

static PyObject *format(PyObject *module, PyObject *value) {
  static char text[32];
  PyOS_snprintf(text, sizeof text, "%p", (void *)value);
  return PyUnicode_FromString(text);
}
METHOD(format)

static PyObject *callback;
static PyObject *set_callback(PyObject *module, PyObject *value) {
  Py_XDECREF(callback);
  callback = Py_NewRef(value);
  Py_RETURN_NONE;
}
METHOD(set_callback)
static PyObject *call(PyObject *module, PyObject *unused) { return PyObject_CallNoArgs(callback); }
METHOD(call)

// One side locked is as good as none.
static PyMutex lock;
static char *last_error;
static PyObject *set_error(PyObject *module, PyObject *value) {
  PyMutex_Lock(&lock);
  free(last_error);
  last_error = strdup("failed");
  PyMutex_Unlock(&lock);
  Py_RETURN_NONE;
}
METHOD(set_error)
static PyObject *get_error(PyObject *module, PyObject *unused) { return PyUnicode_FromString(last_error); }
METHOD(get_error)

typedef struct {
  unsigned long long next_id;
} State;
static PyObject *new_id(PyObject *module, PyObject *unused) {
  State *state = (State *)PyModule_GetState(module);
  return PyLong_FromUnsignedLongLong(state->next_id++);
}
METHOD(new_id)
// CHECK: :[[@LINE-42]]:98: warning: 'version' is updated in 'bump' with no common lock; updates get lost on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-42]]:1: note: 'bump' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-45]]:1: note: make it atomic, or guard every use with one PyMutex
// CHECK: :[[@LINE-40]]:17: warning: 'text' is filled in 'format' with no common lock; threads mix their data in it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-38]]:1: note: 'format' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-43]]:3: note: give each call its own buffer on the stack, or guard every use with one PyMutex
// CHECK: :[[@LINE-35]]:3: warning: 'callback' is written in 'set_callback' and read in 'call' with no common lock; a thread can use or free what another has replaced on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-33]]:1: note: 'set_callback' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-33]]:88: note: read here in 'call'
// CHECK-NEXT: :[[@LINE-33]]:1: note: 'call' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-42]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-27]]:3: warning: 'last_error' is written in 'set_error' and read in 'get_error' with no common lock; a thread can use or free what another has replaced on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-24]]:1: note: 'set_error' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-24]]:94: note: read here in 'get_error'
// CHECK-NEXT: :[[@LINE-24]]:1: note: 'get_error' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-35]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-19]]:38: warning: 'State->next_id' is updated in 'new_id' with no common lock; updates get lost on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-18]]:1: note: 'new_id' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-26]]:9: note: make it atomic, or guard every use with one PyMutex
// CHECK: end of report
