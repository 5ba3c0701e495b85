// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// What a function does that is only known as a pointer cannot be told. A field whose own address it gets is
// there to be filled.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
struct picture;
extern void *table[8];
#define map_color (*(long (*)(struct picture *, PyObject *))table[0])
#define size_of (*(long (*)(PyObject *, char **))table[1])

typedef struct {
  PyObject_HEAD
  struct picture *shown;
} Surface;
static PyObject *surface_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Surface *self = (Surface *)type->tp_alloc(type, 0);
  self->shown = (struct picture *)PyMem_Malloc(8);
  return (PyObject *)self;
}
PyType_Slot surface_slots[] = {{Py_tp_new, surface_new}, {0, NULL}};
static PyObject *color_of(PyObject *op, PyObject *value) {
  return PyLong_FromLong(map_color(((Surface *)op)->shown, value));
}
METHOD(color_of)

typedef struct {
  PyObject_HEAD
  char *text;
} Label;
static PyObject *measure(PyObject *op, PyObject *value) {
  Label *self = (Label *)op;
  return PyLong_FromLong(size_of(value, &self->text) + self->text[0]);
}
METHOD(measure)
// CHECK: :[[@LINE-3]]:41: warning: 'Label.text' is modified in 'measure' without synchronisation while another thread runs the same function; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-2]]:1: note: 'measure' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-5]]:41: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
