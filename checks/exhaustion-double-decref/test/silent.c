// RUN: %both --checks='-*,ungil-exhaustion-double-decref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-exhaustion-double-decref' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Every silencer alone, and the traps. One type for each.
#include <Python.h>
#include <stdio.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
#define TYPE(T) typedef struct { PyObject_HEAD PyObject *sequence; Py_ssize_t index; FILE *file; PyMutex mutex; } T;
#define NEXT(f) PyType_Slot f##_slots[] = {{Py_tp_iternext, (void *)f}, {0, NULL}};

// CPython's tuple iterator: the release is compiled out.
TYPE(CompiledOut)
static PyObject *compiled_out(PyObject *op) {
  CompiledOut *it = (CompiledOut *)op;
  PyObject *sequence = it->sequence;
  if (sequence == NULL)
    return NULL;
  Py_ssize_t index = _Py_atomic_load_ssize_relaxed(&it->index);
  if (index < PyTuple_GET_SIZE(sequence)) {
    _Py_atomic_store_ssize_relaxed(&it->index, index + 1);
    return Py_NewRef(PyTuple_GET_ITEM(sequence, index));
  }
#ifndef Py_GIL_DISABLED
  it->sequence = NULL;
  Py_DECREF(sequence);
#endif
  return NULL;
}
NEXT(compiled_out)

TYPE(Section)
static PyObject *section(PyObject *op) {
  PyObject *gone = NULL;
  Py_BEGIN_CRITICAL_SECTION(op);
  Section *it = (Section *)op;
  if (it->sequence && it->index >= PyTuple_GET_SIZE(it->sequence)) {
    gone = it->sequence;
    it->sequence = NULL;
  }
  Py_END_CRITICAL_SECTION();
  Py_XDECREF(gone);
  return NULL;
}
NEXT(section)

TYPE(OwnLock)
static PyObject *own_lock(PyObject *op, PyObject *unused) {
  OwnLock *self = (OwnLock *)op;
  PyMutex_Lock(&self->mutex);
  if (self->file) {
    fclose(self->file);
    self->file = NULL;
  }
  PyMutex_Unlock(&self->mutex);
  Py_RETURN_NONE;
}
METHOD(own_lock)

TYPE(Exchanged)
static PyObject *exchanged(PyObject *op) {
  Exchanged *it = (Exchanged *)op;
  if (it->index > 0)
    Py_XDECREF((PyObject *)_Py_atomic_exchange_ptr(&it->sequence, NULL));
  return NULL;
}
NEXT(exchanged)

TYPE(Torn)
static void torn_dealloc(PyObject *op) {
  Torn *self = (Torn *)op;
  if (self->file) {
    fclose(self->file);
    self->file = NULL;
  }
  if (self->sequence)
    Py_CLEAR(self->sequence);
}
PyType_Slot torn_slots[] = {{Py_tp_dealloc, (void *)torn_dealloc}, {0, NULL}};

TYPE(ByName)
static int close_lock_held(ByName *self) {
  if (self->sequence)
    Py_CLEAR(self->sequence);
  return 0;
}
static PyObject *by_name(PyObject *op, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(op);
  close_lock_held((ByName *)op);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(by_name)
// CHECK: end of report
