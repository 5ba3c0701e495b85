// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Structs that are replaced as a whole, and what methods of the package's own do for themselves.
#include <Python.h>
#include <string.h>

#define METHOD(f) static PyMethodDef f##_method[] = {{#f, f, METH_O}, {0}};

struct config { int level; char *name; };
static struct config copied, assigned, untouched;
static PyObject *set(PyObject *self, PyObject *value) {
  struct config next = {1, strdup(PyUnicode_AsUTF8(value))};
  memcpy(&copied, &next, sizeof(next));
  assigned = next;
  Py_RETURN_NONE;
}
METHOD(set)
static PyObject *get(PyObject *self, PyObject *value) {
  struct config now = copied, then = assigned, ever = untouched;
  return PyUnicode_FromFormat("%s %s %s", now.name, then.name, ever.name);
}
METHOD(get)

// Numbers alone: a stale value, nothing worse.
struct size { int width, height; };
static struct size size;
static PyObject *resize(PyObject *self, PyObject *value) {
  struct size next = {1, 2};
  memcpy(&size, &next, sizeof(next));
  Py_RETURN_NONE;
}
METHOD(resize)
static PyObject *width(PyObject *self, PyObject *value) { return PyLong_FromLong(size.width); }
METHOD(width)

// A method that the package keeps to itself fills a table for its own use, and one sets up what users read.
static char table[16], options[16];
static void fill(char *of, int mode) {
  for (int i = 0; i < 16; i++)
    of[i] = (char)(i ^ mode);
}
static PyObject *look_up(PyObject *self, PyObject *value) {
  int mode = (int)PyLong_AsLong(value);
  fill(table, mode);
  return PyLong_FromLong(table[mode & 15]);
}
static PyMethodDef look_up_method[] = {{"_look_up", look_up, METH_O}, {0}};
static PyObject *configure(PyObject *self, PyObject *value) {
  int mode = (int)PyLong_AsLong(value);
  for (int i = 0; i < 16; i++)
    options[i] = (char)mode;
  Py_RETURN_NONE;
}
static PyMethodDef configure_method[] = {{"_configure", configure, METH_O}, {0}};
static PyObject *option(PyObject *self, PyObject *value) {
  return PyLong_FromLong(options[PyLong_AsLong(value) & 15]);
}
METHOD(option)
// CHECK: :[[@LINE-46]]:10: warning: 'copied' is written in 'set' and read in 'get' with no common lock; threads corrupt it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-43]]:1: note: 'set' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-42]]:23: note: read here in 'get'
// CHECK-NEXT: :[[@LINE-40]]:1: note: 'get' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-53]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-50]]:3: warning: 'assigned' is written in 'set' and read in 'get' with no common lock; threads corrupt it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-48]]:1: note: 'set' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-47]]:38: note: read here in 'get'
// CHECK-NEXT: :[[@LINE-45]]:1: note: 'get' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-58]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-29]]:5: warning: 'table' is filled in 'fill' with no common lock; threads mix their data in it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-23]]:53: note: 'look_up' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-27]]:3: note: which calls 'fill' here
// CHECK-NEXT: :[[@LINE-35]]:1: note: give each call its own buffer on the stack, or guard every use with one PyMutex
// CHECK: end of report
