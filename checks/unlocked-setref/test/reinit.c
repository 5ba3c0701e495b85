// RUN: %both --checks='-*,ungil-unlocked-setref,ungil-unlocked-object-state,ungil-borrowed-field-return' %s -- -I%py314t -std=gnu11 | %filecheck --check-prefix=DEFAULT %s
// RUN: %both --checks='-*,ungil-unlocked-setref,ungil-unlocked-object-state,ungil-borrowed-field-return' --option ungil.CheckInit=true %s -- -I%py314t -std=gnu11 | %filecheck %s
// A field that only __init__ sets: construction, unless the project wants to be safe when it is called again.
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *callable;
} Wrapper;
static int wrapper_init(PyObject *op, PyObject *args, PyObject *kwds) {
  Wrapper *self = (Wrapper *)op;
  PyObject *callable;
  if (!PyArg_UnpackTuple(args, "wrapper", 1, 1, &callable))
    return -1;
  Py_XSETREF(self->callable, Py_NewRef(callable));
  return 0;
}
static PyObject *wrapped(PyObject *op, void *unused) { return Py_XNewRef(((Wrapper *)op)->callable); }
static PyGetSetDef getset[] = {{"wrapped", wrapped, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
static PyType_Slot slots[] = {{Py_tp_init, (void *)wrapper_init}, {Py_tp_getset, getset}, {0, NULL}};
PyType_Spec wrapper_spec = {"m.wrapper", sizeof(Wrapper), 0, Py_TPFLAGS_DEFAULT, slots};
// DEFAULT: end of report
// CHECK: :[[@LINE-8]]:3: error: 'Py_XSETREF' on shared field 'Wrapper.callable' is not atomic; two writers can release the same old value, and 'wrapped' reads it without a lock [ungil-unlocked-setref]
// CHECK-NEXT: :[[@LINE-4]]:44: note: 'wrapper_init' is tp_init; several threads can run it at once
// CHECK-NEXT: :[[@LINE-7]]:63: note: 'wrapped' reads it
// CHECK-NEXT: :[[@LINE-11]]:3: note: swap the reference in the object's critical section and release the old one after its end
// CHECK-NEXT: end of report
