// RUN: %both --checks='-*,ungil-borrowed-field-return' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-field-return' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  PyObject *value, *callback, *name;
} Cell;

// The writer's lock does not help the reader.
static PyObject *get_value(PyObject *op, void *closure) { return Py_XNewRef(((Cell *)op)->value); }
static int set_value(PyObject *op, PyObject *value, void *closure) {
  PyObject *old;
  Py_BEGIN_CRITICAL_SECTION(op);
  old = ((Cell *)op)->value;
  ((Cell *)op)->value = Py_XNewRef(value);
  Py_END_CRITICAL_SECTION();
  Py_XDECREF(old);
  return 0;
}
PyGetSetDef cell_getset[] = {{"value", get_value, set_value, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};

// Called with no reference of its own; and a second reader.
static PyObject *fire(PyObject *op, PyObject *argument) {
  return PyObject_CallOneArg(((Cell *)op)->callback, argument);
}
METHOD(fire)
static PyObject *is_set(PyObject *op, PyObject *unused) { return PyBool_FromLong(((Cell *)op)->callback != NULL); }
METHOD(is_set)
static PyObject *describe(PyObject *op, PyObject *unused) {
  PyObject *callback = ((Cell *)op)->callback;
  return callback ? PyObject_Repr(callback) : NULL;
}
METHOD(describe)
static PyObject *set_callback(PyObject *op, PyObject *value) {
  Py_BEGIN_CRITICAL_SECTION(op);
  Py_XSETREF(((Cell *)op)->callback, Py_NewRef(value));
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(set_callback)

// Two steps, through a helper.
static PyObject *name_of(Cell *self) {
  PyObject *name = self->name;
  Py_INCREF(name);
  return name;
}
static PyObject *get_name(PyObject *op, PyObject *unused) { return name_of((Cell *)op); }
METHOD(get_name)
static PyObject *set_name(PyObject *op, PyObject *value) {
  PyObject *old;
  Py_BEGIN_CRITICAL_SECTION(op);
  old = ((Cell *)op)->name;
  ((Cell *)op)->name = Py_NewRef(value);
  Py_END_CRITICAL_SECTION();
  Py_DECREF(old);
  Py_RETURN_NONE;
}
METHOD(set_name)
// CHECK: :[[@LINE-50]]:66: warning: 'Cell.value' is read and referenced without a lock while 'set_value' can replace it; the old object may be freed before its count is incremented [ungil-borrowed-field-return]
// CHECK-NEXT: :[[@LINE-41]]:40: note: 'get_value' is a getter; several threads can run it at once
// CHECK-NEXT: :[[@LINE-47]]:3: note: replaced here in 'set_value', holding 'op'
// CHECK-NEXT: :[[@LINE-53]]:66: note: take a reference in the object's critical section, which the writer must hold too
// CHECK: :[[@LINE-40]]:30: warning: 'Cell.callback' is read and used without a lock while 'set_callback' can replace it; the old object may be freed before or during the use [ungil-borrowed-field-return]
// CHECK-NEXT: :[[@LINE-39]]:1: note: 'fire' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-30]]:3: note: replaced here in 'set_callback', holding 'op'
// CHECK-NEXT: :[[@LINE-37]]:24: note: 'describe' uses it in the same way
// CHECK-NEXT: :[[@LINE-44]]:30: note: take a reference in the object's critical section, which the writer must hold too
// CHECK: :[[@LINE-25]]:20: warning: 'Cell.name' is read and referenced without a lock while 'set_name' can replace it; the old object may be freed before its count is incremented [ungil-borrowed-field-return]
// CHECK-NEXT: :[[@LINE-21]]:1: note: 'get_name' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-23]]:68: note: which calls 'name_of' here
// CHECK-NEXT: :[[@LINE-18]]:3: note: replaced here in 'set_name', holding 'op'
// CHECK-NEXT: :[[@LINE-29]]:20: note: take a reference in the object's critical section, which the writer must hold too
// CHECK: end of report
