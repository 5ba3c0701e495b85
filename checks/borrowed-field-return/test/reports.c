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
  PyObject *old = ((Cell *)op)->name;
  ((Cell *)op)->name = Py_NewRef(value);
  Py_DECREF(old);
  Py_RETURN_NONE;
}
METHOD(set_name)
// CHECK: end of report
