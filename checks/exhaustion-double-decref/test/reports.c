// RUN: %both --checks='-*,ungil-exhaustion-double-decref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-exhaustion-double-decref' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <stdio.h>
#include <stdlib.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  PyObject *sequence;
  Py_ssize_t index;
} Iterator;
static PyObject *next_item(PyObject *op) {
  Iterator *it = (Iterator *)op;
  PyObject *sequence = it->sequence;
  if (sequence == NULL)
    return NULL;
  if (it->index < PyTuple_GET_SIZE(sequence))
    return Py_NewRef(PyTuple_GET_ITEM(sequence, it->index++));
  it->sequence = NULL;
  Py_DECREF(sequence);
  return NULL;
}
PyType_Slot iterator_slots[] = {{Py_tp_iternext, (void *)next_item}, {0, NULL}};

// With the macro.
typedef struct {
  PyObject_HEAD
  PyObject *source;
} Pipe;
static PyObject *read_some(PyObject *op, PyObject *unused) {
  Pipe *self = (Pipe *)op;
  if (!self->source)
    Py_RETURN_NONE;
  PyObject *item = PyIter_Next(self->source);
  if (!item)
    Py_CLEAR(self->source);
  return item;
}
METHOD(read_some)

// Resources that are no objects.
typedef struct {
  PyObject_HEAD
  FILE *file;
  char *buffer;
} Log;
static PyObject *close_log(PyObject *op, PyObject *unused) {
  Log *self = (Log *)op;
  if (self->file) {
    fclose(self->file);
    self->file = NULL;
  }
  if (self->buffer != NULL) {
    char *buffer = self->buffer;
    self->buffer = NULL;
    free(buffer);
  }
  Py_RETURN_NONE;
}
METHOD(close_log)
// CHECK: end of report
