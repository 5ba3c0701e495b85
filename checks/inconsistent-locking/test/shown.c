// RUN: %both --checks='-*,ungil-inconsistent-locking' %s -- -I%py314t -std=gnu11 | %filecheck %s
// A number that is read without the lock to be shown does no harm; one that decides something does.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
typedef struct {
  PyObject_HEAD
  char *items;
  Py_ssize_t bits, exports;
  unsigned char readonly;
} Bits;

static PyObject *resize(PyObject *op, PyObject *value) {
  Bits *self = (Bits *)op;
  Py_BEGIN_CRITICAL_SECTION(op);
  self->bits = PyLong_AsSsize_t(value);
  self->items = PyMem_Realloc(self->items, (size_t)self->bits / 8);
  self->exports++;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(resize)
static PyObject *get(PyObject *op, PyObject *value) {
  Bits *self = (Bits *)op;
  int item = 0;
  Py_BEGIN_CRITICAL_SECTION(op);
  Py_ssize_t at = PyLong_AsSsize_t(value);
  if (at < self->bits && !self->exports)
    item = self->items[at / 8];
  Py_END_CRITICAL_SECTION();
  return PyLong_FromLong(item);
}
METHOD(get)
static PyObject *clear(PyObject *op, PyObject *unused) {
  Bits *self = (Bits *)op;
  Py_BEGIN_CRITICAL_SECTION(op);
  for (Py_ssize_t at = 0; at < self->bits / 8; ++at)
    self->items[at] = 0;
  self->exports = 0;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(clear)

// The address, what is left of the last byte, whether there is something: numbers.
static PyObject *info(PyObject *op, PyObject *unused) {
  Bits *self = (Bits *)op;
  return Py_BuildValue("NnnN", PyLong_FromVoidPtr(self->items), (8 - self->bits % 8) % 8, self->exports,
                       PyBool_FromLong(self->items ? 1 : 0));
}
METHOD(info)
// What is behind the pointer is more than a number.
static PyObject *text(PyObject *op, PyObject *unused) {
  Bits *self = (Bits *)op;
  return Py_BuildValue("s", self->items);
}
METHOD(text)
// Division by what another thread sets to zero.
static PyObject *share(PyObject *op, PyObject *unused) {
  Bits *self = (Bits *)op;
  return PyLong_FromSsize_t(8 / self->bits);
}
METHOD(share)
// CHECK: :[[@LINE-9]]:29: warning: 'Bits.items' is read in 'text' without 'op', which 3 of 5 functions that use it hold [ungil-inconsistent-locking]
// CHECK-NEXT: :[[@LINE-8]]:1: note: 'text' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-49]]:3: note: written here in 'resize', holding 'op'
// CHECK-NEXT: :[[@LINE-12]]:29: note: take the same lock before this access
// CHECK: :[[@LINE-7]]:33: warning: 'Bits.bits' is read in 'share' without 'op', which 3 of 5 functions that use it hold [ungil-inconsistent-locking]
// CHECK-NEXT: :[[@LINE-6]]:1: note: 'share' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-54]]:3: note: written here in 'resize', holding 'op'
// CHECK-NEXT: :[[@LINE-10]]:33: note: take the same lock before this access
// CHECK: end of report
