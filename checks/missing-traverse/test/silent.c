// RUN: %both --checks='-*,ungil-missing-traverse' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-missing-traverse' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

// Strings and numbers refer to nothing: made here, tested, parsed as such, passed by every caller as such.
typedef struct {
  PyObject_HEAD
  PyObject *name, *size, *path, *tag, *unit;
} Leaf;
static void set_unit(Leaf *self, PyObject *unit) { Py_XSETREF(self->unit, Py_NewRef(unit)); }
static int leaf_init(PyObject *o, PyObject *args, PyObject *kwargs) {
  Leaf *self = (Leaf *)o;
  PyObject *path, *tag = NULL;
  if (!PyArg_ParseTuple(args, "UO:Leaf", &path, &tag))
    return -1;
  if (!PyUnicode_Check(tag))
    return -1;
  Py_XSETREF(self->name, PyUnicode_FromString("name"));
  Py_XSETREF(self->size, PyLong_FromLong(3));
  Py_XSETREF(self->path, Py_NewRef(path));
  Py_XSETREF(self->tag, Py_NewRef(tag));
  set_unit(self, Py_None);
  return 0;
}
static void leaf_dealloc(PyObject *o) {
  Leaf *self = (Leaf *)o;
  Py_XDECREF(self->name);
  Py_XDECREF(self->size);
  Py_XDECREF(self->path);
  Py_XDECREF(self->tag);
  Py_XDECREF(self->unit);
  Py_TYPE(o)->tp_free(o);
}
static PyTypeObject Leaf_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Leaf", .tp_basicsize = sizeof(Leaf),
                                 .tp_dealloc = leaf_dealloc, .tp_flags = Py_TPFLAGS_DEFAULT, .tp_init = leaf_init};

// Objects of such a type refer to nothing either.
typedef struct {
  PyObject_HEAD
  Leaf *leaf;
} Holder;
static void holder_dealloc(PyObject *o) {
  Py_XDECREF((PyObject *)((Holder *)o)->leaf);
  Py_TYPE(o)->tp_free(o);
}
static PyTypeObject Holder_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Holder", .tp_basicsize = sizeof(Holder),
                                   .tp_dealloc = holder_dealloc};

// A borrowed pointer to the parent.
typedef struct {
  PyObject_HEAD
  PyObject *parent;
} Child;
static void child_dealloc(PyObject *o) {
  ((Child *)o)->parent = NULL;
  Py_TYPE(o)->tp_free(o);
}
static PyTypeObject Child_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Child", .tp_basicsize = sizeof(Child),
                                  .tp_dealloc = child_dealloc};

// Inherits the flag and both functions from dict.
typedef struct {
  PyDictObject dict;
  PyObject *extra;
} Plain;
static void plain_dealloc(PyObject *o) {
  Py_XDECREF(((Plain *)o)->extra);
  PyDict_Type.tp_dealloc(o);
}
static PyTypeObject Plain_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Plain", .tp_basicsize = sizeof(Plain),
                                  .tp_dealloc = plain_dealloc, .tp_base = &PyDict_Type};

// A base that only another unit knows.
extern PyTypeObject Foreign_Type;
typedef struct {
  PyObject_HEAD
  PyObject *extra;
} Derived;
static void derived_dealloc(PyObject *o) {
  Py_XDECREF(((Derived *)o)->extra);
  Foreign_Type.tp_dealloc(o);
}
static PyTypeObject Derived_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Derived", .tp_basicsize = sizeof(Derived),
                                    .tp_dealloc = derived_dealloc, .tp_base = &Foreign_Type};

// An iterator over the module's own objects, set when it is made.
typedef struct {
  PyObject_HEAD
  Holder *of;
  PyObject *sequence;
} Iterator;
static void iterator_dealloc(PyObject *o) {
  Py_XDECREF((PyObject *)((Iterator *)o)->of);
  Py_XDECREF(((Iterator *)o)->sequence);
  Py_TYPE(o)->tp_free(o);
}
static PyObject *iterator_next(PyObject *o) { return NULL; }
static PyTypeObject Iterator_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Iterator", .tp_basicsize = sizeof(Iterator),
                                     .tp_dealloc = iterator_dealloc, .tp_iternext = iterator_next};
static PyObject *holder_walk(PyObject *o, PyObject *sequence) {
  Iterator *it = PyObject_New(Iterator, &Iterator_Type);
  if (it == NULL)
    return NULL;
  it->of = (Holder *)Py_NewRef(o);
  it->sequence = Py_NewRef(sequence);
  return (PyObject *)it;
}
PyMethodDef holder_methods[] = {{"walk", holder_walk, METH_O, NULL}, {NULL, NULL, 0, NULL}};

int ready(void) {
  return PyType_Ready(&Leaf_Type) + PyType_Ready(&Holder_Type) + PyType_Ready(&Child_Type) + PyType_Ready(&Plain_Type) +
         PyType_Ready(&Derived_Type) + PyType_Ready(&Iterator_Type);
}
// CHECK: end of report
