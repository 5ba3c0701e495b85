// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// What a caller hands in cannot be made when the module is initialised.
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *sound;
} Channel;
static PyObject *play(PyObject *op, PyObject *sound) {
  Channel *self = (Channel *)op;
  if (self->sound == NULL)
    self->sound = Py_NewRef(sound);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:7: warning: 'Channel.sound' is tested here and set later without synchronisation; two callers can both find it unset, and one of their references is lost [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE+29]]:35: note: 'play' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-5]]:5: note: stored here in 'play'
// CHECK-NEXT: :[[@LINE-7]]:7: note: test and set it in one go, in the object's critical section

static PyObject *registry;
static PyObject *set(PyObject *module, PyObject *hook) {
  if (!registry) {
    Py_INCREF(hook);
    registry = hook;
  }
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-6]]:8: warning: 'registry' is tested here and set later without synchronisation; two callers can both find it unset, and one of their references is lost [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE+17]]:34: note: 'set' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-6]]:5: note: stored here in 'set'
// CHECK-NEXT: :[[@LINE-9]]:8: note: test and set it in one go, while a PyMutex is held

// What is made of the argument is made here.
static PyObject *made;
static PyObject *make(PyObject *module, PyObject *text) {
  if (!made)
    made = PyObject_Str(text);
  return Py_XNewRef(made);
}
// CHECK: :[[@LINE-4]]:8: warning: 'made' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE+6]]:35: note: 'make' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-5]]:5: note: stored here in 'make'
// CHECK-NEXT: :[[@LINE-7]]:8: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first

PyMethodDef methods[] = {{"play", play, METH_O, NULL},
                         {"set", set, METH_O, NULL},
                         {"make", make, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
