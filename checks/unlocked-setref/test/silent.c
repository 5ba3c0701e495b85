// RUN: %both --checks='-*,ungil-unlocked-setref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-setref' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Every silencer alone, and the traps. One type for each.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
#define TYPE(T) typedef struct { PyObject_HEAD PyObject *f; PyMutex mutex; } T;

TYPE(Section)
static PyObject *in_section(PyObject *op, PyObject *value) {
  PyObject *old;
  Py_BEGIN_CRITICAL_SECTION(op);
  old = ((Section *)op)->f;
  ((Section *)op)->f = Py_NewRef(value);
  Py_END_CRITICAL_SECTION();
  Py_XDECREF(old);
  Py_RETURN_NONE;
}
METHOD(in_section)

TYPE(OwnLock)
static PyObject *own_lock(PyObject *op, PyObject *value) {
  PyMutex_Lock(&((OwnLock *)op)->mutex);
  Py_XSETREF(((OwnLock *)op)->f, Py_NewRef(value));
  PyMutex_Unlock(&((OwnLock *)op)->mutex);
  Py_RETURN_NONE;
}
METHOD(own_lock)

// The wrapper that Argument Clinic generates holds the section.
TYPE(Generated)
static PyObject *generated_impl(Generated *self, PyObject *value) {
  Py_XSETREF(self->f, Py_NewRef(value));
  Py_RETURN_NONE;
}
static PyObject *generated(PyObject *self, PyObject *value) {
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(self);
  result = generated_impl((Generated *)self, value);
  Py_END_CRITICAL_SECTION();
  return result;
}
METHOD(generated)

TYPE(ByName)
static PyObject *set_lock_held(PyObject *op, PyObject *value) {
  Py_XSETREF(((ByName *)op)->f, Py_NewRef(value));
  Py_RETURN_NONE;
}
METHOD(set_lock_held)

TYPE(Torn)
static PyObject *torn_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Torn *self = (Torn *)type->tp_alloc(type, 0);
  Py_XSETREF(self->f, Py_NewRef(args));
  return (PyObject *)self;
}
static int torn_init(PyObject *op, PyObject *args, PyObject *kwargs) {
  Py_XSETREF(((Torn *)op)->f, Py_NewRef(args));
  return 0;
}
static int torn_clear(PyObject *op) {
  Py_CLEAR(((Torn *)op)->f);
  return 0;
}
static void torn_dealloc(PyObject *op) {
  Py_CLEAR(((Torn *)op)->f);
}
// Called on new objects.
static PyObject *torn_setstate(PyObject *op, PyObject *state) {
  Py_XSETREF(((Torn *)op)->f, Py_NewRef(state));
  Py_RETURN_NONE;
}
PyMethodDef torn_methods[] = {{"__setstate__", torn_setstate, METH_O, NULL}, {NULL, NULL, 0, NULL}};
PyType_Slot torn_slots[] = {{Py_tp_new, (void *)torn_new},         {Py_tp_init, (void *)torn_init},
                            {Py_tp_clear, (void *)torn_clear},     {Py_tp_dealloc, (void *)torn_dealloc},
                            {Py_tp_methods, (void *)torn_methods}, {0, NULL}};

// Locals, and an object that nobody else has yet.
TYPE(Copied)
static PyObject *copied(PyObject *op, PyObject *value) {
  PyObject *local = Py_NewRef(value);
  Copied *copy = PyObject_New(Copied, Py_TYPE(op));
  copy->f = NULL;
  Py_XSETREF(copy->f, Py_NewRef(value));
  Py_CLEAR(local);
  return (PyObject *)copy;
}
METHOD(copied)

TYPE(Exchanged)
static PyObject *exchanged(PyObject *op, PyObject *value) {
  PyObject *old = (PyObject *)_Py_atomic_exchange_ptr(&((Exchanged *)op)->f, Py_NewRef(value));
  Py_XDECREF(old);
  Py_RETURN_NONE;
}
METHOD(exchanged)
// CHECK: end of report
