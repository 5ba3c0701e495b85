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
// CHECK: :[[@LINE-42]]:3: error: 'Iterator.sequence' is cleared and released when exhausted without synchronisation; two threads can both release it [ungil-exhaustion-double-decref]
// CHECK-NEXT: :[[@LINE-39]]:50: note: 'next_item' is tp_iternext; several threads can run it at once
// CHECK-NEXT: :[[@LINE-48]]:7: note: two threads can find the same here
// CHECK-NEXT: :[[@LINE-44]]:3: note: and both release it here
// CHECK-NEXT: :[[@LINE-46]]:3: note: leave the release to tp_dealloc on free-threaded builds, or take the reference out in the object's critical section
// CHECK-NEXT: :[[@LINE-30]]:5: error: 'Pipe.source' is tested, cleared and released without synchronisation; two threads can both release it [ungil-exhaustion-double-decref]
// CHECK-NEXT: :[[@LINE-28]]:1: note: 'read_some' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-36]]:7: note: two threads can find the same here
// CHECK-NEXT: :[[@LINE-33]]:5: note: leave the release to tp_dealloc on free-threaded builds, or take the reference out in the object's critical section
// CHECK-NEXT: :[[@LINE-19]]:5: error: 'Log.file' is given to 'fclose' and reset without synchronisation; two threads can both release it [ungil-exhaustion-double-decref]
// CHECK-NEXT: :[[@LINE-11]]:1: note: 'close_log' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-23]]:7: note: two threads can find the same here
// CHECK-NEXT: :[[@LINE-23]]:5: note: released here
// CHECK-NEXT: :[[@LINE-23]]:5: note: take the value out of the field in the object's critical section, then release it
// CHECK-NEXT: :[[@LINE-20]]:5: error: 'Log.buffer' is given to 'free' and reset without synchronisation; two threads can both release it [ungil-exhaustion-double-decref]
// CHECK-NEXT: :[[@LINE-16]]:1: note: 'close_log' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-24]]:7: note: two threads can find the same here
// CHECK-NEXT: :[[@LINE-22]]:5: note: released here
// CHECK-NEXT: :[[@LINE-24]]:5: note: take the value out of the field in the object's critical section, then release it
// CHECK: end of report
