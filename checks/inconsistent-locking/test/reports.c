// RUN: %both --checks='-*,ungil-inconsistent-locking' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-inconsistent-locking' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  char *buffer;
  Py_ssize_t position;
  PyMutex mutex;
} Reader;

static PyObject *detach(PyObject *op, PyObject *unused) {
  Reader *self = (Reader *)op;
  Py_BEGIN_CRITICAL_SECTION(op);
  PyMem_Free(self->buffer);
  self->buffer = NULL;
  self->position = 0;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(detach)
static PyObject *seek(PyObject *op, PyObject *value) {
  Reader *self = (Reader *)op;
  Py_ssize_t to = PyLong_AsSsize_t(value);
  Py_BEGIN_CRITICAL_SECTION(op);
  if (self->buffer && self->position < to)
    self->position = to;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(seek)

// The test comes before the section.
static PyObject *next(PyObject *op) {
  Reader *self = (Reader *)op;
  PyObject *result = NULL;
  if (self->buffer == NULL)
    return NULL;
  Py_BEGIN_CRITICAL_SECTION(op);
  result = PyLong_FromLong(self->buffer[self->position++]);
  Py_END_CRITICAL_SECTION();
  return result;
}
PyType_Slot reader_slots[] = {{Py_tp_iternext, (void *)next}, {0, NULL}};
// CHECK: :[[@LINE-8]]:7: warning: 'Reader.buffer' is read in 'next' without 'op', which 2 of 3 functions that use it hold [ungil-inconsistent-locking]
// CHECK-NEXT: :[[@LINE-2]]:48: note: 'next' is tp_iternext; several threads can run it at once
// CHECK-NEXT: :[[@LINE-31]]:3: note: written here in 'detach', holding 'op'
// CHECK-NEXT: :[[@LINE-11]]:7: note: take the same lock before this access
// CHECK: end of report
