// RUN: %both --checks='-*,ungil-borrowed-field-return' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-field-return' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Attributes of a PyMemberDef table: the interpreter stores them in the object's critical section.
#include <Python.h>
#include <stddef.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
typedef struct {
  PyObject_HEAD
  PyObject *callback, *locked, *fixed;
  int number;
} Handler;
PyMemberDef members[] = {{"callback", Py_T_OBJECT_EX, offsetof(Handler, callback), 0, NULL},
                         {"locked", _Py_T_OBJECT, offsetof(Handler, locked), 0, NULL},
                         {"fixed", Py_T_OBJECT_EX, offsetof(Handler, fixed), Py_READONLY, NULL},
                         {"number", Py_T_INT, offsetof(Handler, number), 0, NULL},
                         {NULL, 0, 0, 0, NULL}};

static PyObject *fire(PyObject *op, PyObject *value) {
  return PyObject_CallOneArg(((Handler *)op)->callback, value);
}
METHOD(fire)

static PyObject *in_section(PyObject *op, PyObject *unused) {
  PyObject *locked;
  Py_BEGIN_CRITICAL_SECTION(op);
  locked = Py_XNewRef(((Handler *)op)->locked);
  Py_END_CRITICAL_SECTION();
  return locked;
}
METHOD(in_section)

static PyObject *read_only(PyObject *op, PyObject *value) {
  return PyLong_FromLong(((Handler *)op)->number + PyObject_Size(((Handler *)op)->fixed));
}
METHOD(read_only)

// The world is stopped, or the object is about to go.
static int traverse(PyObject *op, visitproc visit, void *arg) {
  Py_VISIT(((Handler *)op)->callback);
  return 0;
}
static void dealloc(PyObject *op) { Py_XDECREF(((Handler *)op)->callback); }
PyType_Slot slots[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_dealloc, (void *)dealloc}, {0, NULL}};
// CHECK: :[[@LINE-25]]:30: warning: 'Handler.callback' is read and used without a lock while 'obj.callback = …' can replace it; the old object may be freed before or during the use [ungil-borrowed-field-return]
// CHECK-NEXT: :[[@LINE-24]]:1: note: 'fire' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-34]]:55: note: the interpreter stores the attribute here, in the object's critical section
// CHECK-NEXT: :[[@LINE-28]]:30: note: take a reference in the object's critical section, which the writer must hold too
// CHECK: end of report
