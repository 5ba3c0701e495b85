// RUN: %both --checks='-*,ungil-inconsistent-locking' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  char *buffer;
  Py_ssize_t position;
} Reader;

static PyObject *detach(PyObject *op, PyObject *unused) {
  Reader *self = (Reader *)op;
  Py_BEGIN_CRITICAL_SECTION(op);
  self->buffer = NULL;
  self->position = 0;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(detach)
static PyObject *seek(PyObject *op, PyObject *value) {
  Reader *self = (Reader *)op;
  Py_BEGIN_CRITICAL_SECTION(op);
  if (self->buffer && self->position < 8)
    self->position = 9;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(seek)
// The section of a macro's argument counts too.
static PyObject *read_all(PyObject *op, PyObject *unused) {
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(op);
  result = PyUnicode_FromString((((Reader *)op)->buffer));
  Py_END_CRITICAL_SECTION();
  return result;
}
METHOD(read_all)

// Construction, tear-down and traversal take no lock; names leave it to the caller.
static PyObject *reader_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Reader *self = (Reader *)type->tp_alloc(type, 0);
  self->buffer = (char *)PyMem_Malloc(8);
  return (PyObject *)self;
}
static void reader_dealloc(PyObject *op) { PyMem_Free(((Reader *)op)->buffer); }
static PyObject *peek_unlocked(PyObject *op, PyObject *unused) { return PyUnicode_FromString(((Reader *)op)->buffer); }
METHOD(peek_unlocked)
PyType_Slot reader_slots[] = {{Py_tp_new, (void *)reader_new}, {Py_tp_dealloc, (void *)reader_dealloc}, {0, NULL}};
// CHECK: end of report
