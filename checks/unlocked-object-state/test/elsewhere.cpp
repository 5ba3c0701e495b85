// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// A method that another unit defines may touch nothing of its object. One of a library's container does.
#include "elsewhere.h"
#include <vector>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
struct Whole {
  PyObject_HEAD
  Part part;
};
static PyObject *run(PyObject *op, PyObject *) {
  ((Whole *)op)->part.prepare();
  Py_RETURN_NONE;
}
METHOD(run)
struct List {
  PyObject_HEAD
  std::vector<int> items;
};
static PyObject *add(PyObject *op, PyObject *) {
  ((List *)op)->items.push_back(1);
  Py_RETURN_NONE;
}
METHOD(add)
// CHECK: :[[@LINE-4]]:3: warning: 'List.items' is modified in 'add' without synchronisation while another thread runs the same function; threads corrupt it on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-2]]:1: note: 'add' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-6]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
