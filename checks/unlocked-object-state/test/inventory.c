// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 -DLOCKS | %filecheck %s --check-prefix=LOCKS
// A module that nobody has made ready: one finding with an inventory of its types, pointers first. One that
// takes a lock somewhere has been looked at: a finding for each type.
#include <Python.h>

#define TYPE(T) typedef struct { PyObject_HEAD char *text; Py_ssize_t n; } T;
TYPE(Plain) TYPE(Sized) TYPE(Counted) TYPE(Indexed)

static PyObject *grow(PyObject *op, PyObject *unused) {
  Plain *self = (Plain *)op;
  self->text = (char *)PyMem_Realloc(self->text, 64);
  Py_RETURN_NONE;
}
static PyObject *shrink(PyObject *op, PyObject *unused) {
  Sized *self = (Sized *)op;
  self->text = (char *)PyMem_Realloc(self->text, 8);
  Py_RETURN_NONE;
}
static PyObject *count(PyObject *op, PyObject *unused) { return PyLong_FromSsize_t(((Counted *)op)->n++); }
static PyObject *step(PyObject *op, PyObject *unused) {
  Indexed *self = (Indexed *)op;
  return PyLong_FromLong(self->text[self->n++]);
}
#ifdef LOCKS
static PyMutex mutex;
static PyObject *locks(PyObject *op, PyObject *unused) {
  PyMutex_Lock(&mutex);
  PyMutex_Unlock(&mutex);
  Py_RETURN_NONE;
}
PyMethodDef more[] = {{"locks", locks, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
#endif
PyMethodDef methods[] = {{"grow", grow, METH_NOARGS, NULL},
                         {"shrink", shrink, METH_NOARGS, NULL},
                         {"count", count, METH_NOARGS, NULL},
                         {"step", step, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_m(void) { return PyModuleDef_Init(&module); }
// CHECK: :[[@LINE-2]]:13: warning: the module declares that it does not need the GIL, but takes no lock; 4 types of objects are changed while other threads use them [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-31]]:3: note: 'Plain.text' is modified in 'grow' without synchronisation while another thread runs the same function; a thread can use or free what another has replaced on a free-threaded build
// CHECK-NEXT: :[[@LINE-27]]:3: note: 'Sized.text' is modified in 'shrink' without synchronisation while another thread runs the same function; a thread can use or free what another has replaced on a free-threaded build
// CHECK-NEXT: :[[@LINE-22]]:37: note: 'Indexed.n' is modified in 'step' without synchronisation while another thread runs the same function; a thread can index with a value that another is changing on a free-threaded build
// CHECK-NEXT: :[[@LINE-26]]:84: note: 'Counted.n' is modified in 'count' without synchronisation while another thread runs the same function; updates get lost on a free-threaded build
// CHECK-NEXT: :[[@LINE-13]]:35: note: 'grow' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-13]]:37: note: 'shrink' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-12]]:35: note: 'step' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-14]]:36: note: 'count' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-11]]:13: note: decide for each what guards it, or say Py_MOD_GIL_USED until then
// CHECK: end of report
// LOCKS: :[[@LINE-41]]:3: warning: 'Plain.text' is modified in 'grow' without synchronisation while another thread runs the same function; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// LOCKS-NEXT: :[[@LINE-20]]:35: note: 'grow' is a method; several threads can run it at once
// LOCKS-NEXT: :[[@LINE-43]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// LOCKS-NEXT: :[[@LINE-39]]:3: warning: 'Sized.text' is modified in 'shrink' without synchronisation while another thread runs the same function; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// LOCKS-NEXT: :[[@LINE-22]]:37: note: 'shrink' is a method; several threads can run it at once
// LOCKS-NEXT: :[[@LINE-41]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// LOCKS-NEXT: :[[@LINE-39]]:84: warning: 'Counted.n' is modified in 'count' without synchronisation while another thread runs the same function; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// LOCKS-NEXT: :[[@LINE-24]]:36: note: 'count' is a method; several threads can run it at once
// LOCKS-NEXT: :[[@LINE-41]]:84: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// LOCKS-NEXT: :[[@LINE-39]]:37: warning: 'Indexed.n' is modified in 'step' without synchronisation while another thread runs the same function; a thread can index with a value that another is changing on a free-threaded build [ungil-unlocked-object-state]
// LOCKS-NEXT: :[[@LINE-26]]:35: note: 'step' is a method; several threads can run it at once
// LOCKS-NEXT: :[[@LINE-41]]:37: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// LOCKS: end of report
