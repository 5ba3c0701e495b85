// Containers that fill or empty their items first.
// RUN: %both --checks='-*,ungil-gc-track-before-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-gc-track-before-init' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_VAR_HEAD
  PyObject *owner;
  PyObject *items[1];
} Block;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Block *self = (Block *)o;
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(self->owner);
  for (Py_ssize_t i = 0; i < Py_SIZE(o); i++)
    Py_VISIT(self->items[i]);
  return 0;
}
static PyType_Slot slots[] = {{Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec spec = {"m.Block", sizeof(Block), sizeof(PyObject *), Py_TPFLAGS_HAVE_GC, slots};

PyObject *filled(PyTypeObject *type, PyObject *owner, PyObject *const *from, Py_ssize_t count) {
  Block *self = PyObject_GC_NewVar(Block, type, count);
  if (!self)
    return NULL;
  self->owner = Py_NewRef(owner);
  for (Py_ssize_t i = 0; i < count; i++)
    self->items[i] = Py_NewRef(from[i]);
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
PyObject *emptied(PyTypeObject *type, PyObject *owner, Py_ssize_t count) {
  Block *self = PyObject_GC_NewVar(Block, type, count);
  if (!self)
    return NULL;
  self->owner = NULL;
  for (Py_ssize_t i = 0; i < count; i++)
    self->items[i] = NULL;
  PyObject_GC_Track(self);
  self->owner = PyObject_Repr(owner);
  return (PyObject *)self;
}
PyObject *untracked_meanwhile(PyTypeObject *type, PyObject *owner) {
  Block *self = (Block *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  PyObject_GC_UnTrack(self);
  self->owner = PyObject_Repr(owner);
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
PyObject *late(PyTypeObject *type, PyObject *owner) {
  Block *self = PyObject_GC_NewVar(Block, type, 0);
  if (!self)
    return NULL;
  PyObject_GC_Track(self);
  self->owner = PyObject_Repr(owner);
  return (PyObject *)self;
}
// CHECK: :[[@LINE-4]]:3: error: 'self' is tracked here, but 'owner' is set later; a collection in another thread reads it uninitialised [ungil-gc-track-before-init]
// CHECK-NEXT: :[[@LINE-4]]:3: note: 'owner' is set here
// CHECK-NEXT: :[[@LINE-6]]:3: note: track the object when all that tp_traverse reads is set
// CHECK: end of report
