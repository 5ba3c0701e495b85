// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Objects of which the interpreter has said that nobody else has them.
#include <Python.h>

int PyUnstable_Object_IsUniquelyReferenced(PyObject *);
#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
#define TYPE(T) typedef struct { PyObject_HEAD char *text; Py_ssize_t size; } T;

TYPE(Asked)
static PyObject *takes(PyObject *module, PyObject *other) {
  Asked *it = (Asked *)other;
  if (PyUnstable_Object_IsUniquelyReferenced((PyObject *)it) && it->size)
    it->text = NULL;
  Py_RETURN_NONE;
}
METHOD(takes)

TYPE(Shared)
static PyObject *takes_shared(PyObject *module, PyObject *other) {
  Shared *it = (Shared *)other;
  if (!PyUnstable_Object_IsUniquelyReferenced((PyObject *)it))
    it->text = NULL;
  Py_RETURN_NONE;
}
METHOD(takes_shared)
// CHECK: :[[@LINE-4]]:5: warning: 'Shared.text' is modified in 'takes_shared' without synchronisation while another thread runs the same function; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-2]]:1: note: 'takes_shared' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-6]]:5: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
