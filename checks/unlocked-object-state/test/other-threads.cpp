// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// Tests that throw, and variables of a thread's own, that say nothing about who owns the object.
#include <Python.h>
#include <stdexcept>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
inline thread_local char *scratch = nullptr;
struct Box {
  PyObject_HEAD
  char *items;
};
static void check(Box *self) {
  if (!self->items)
    throw std::runtime_error("is empty");
}
static PyObject *refill(PyObject *op, PyObject *) {
  Box *self = (Box *)op;
  check(self);
  if (!scratch)
    return nullptr;
  delete[] self->items;
  self->items = new char[8];
  Py_RETURN_NONE;
}
METHOD(refill)
// CHECK: :[[@LINE-4]]:3: warning: 'Box.items' is modified in 'refill' without synchronisation while 'check' uses it; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-2]]:1: note: 'refill' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-15]]:8: note: used here in 'check'
// CHECK-NEXT: :[[@LINE-4]]:1: note: 'refill' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-12]]:3: note: which calls 'check' here
// CHECK-NEXT: :[[@LINE-9]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
