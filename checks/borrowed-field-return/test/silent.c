// RUN: %both --checks='-*,ungil-borrowed-field-return' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-field-return' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Every silencer alone, and the traps. One type for each.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
#define TYPE(T) typedef struct { PyObject_HEAD PyObject *f; PyMutex mutex; } T;
#define SETTER(T)                                                                                                      \
  static PyObject *set_##T(PyObject *op, PyObject *value) {                                                            \
    PyObject *old;                                                                                                     \
    Py_BEGIN_CRITICAL_SECTION(op);                                                                                     \
    old = ((T *)op)->f;                                                                                                \
    ((T *)op)->f = Py_NewRef(value);                                                                                   \
    Py_END_CRITICAL_SECTION();                                                                                         \
    Py_XDECREF(old);                                                                                                   \
    Py_RETURN_NONE;                                                                                                    \
  }                                                                                                                    \
  METHOD(set_##T)

TYPE(Section)
SETTER(Section)
static PyObject *section(PyObject *op, PyObject *unused) {
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(op);
  result = Py_XNewRef(((Section *)op)->f);
  Py_END_CRITICAL_SECTION();
  return result;
}
METHOD(section)

// A helper that gets the field and its owner, as wrapt has it.
TYPE(Acquired)
SETTER(Acquired)
static PyObject *acquire_field(PyObject *owner, PyObject **field) {
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(owner);
  result = Py_XNewRef(*field);
  Py_END_CRITICAL_SECTION();
  return result;
}
static PyObject *acquired(PyObject *op, PyObject *unused) { return acquire_field(op, &((Acquired *)op)->f); }
METHOD(acquired)

TYPE(OwnLock)
static PyObject *lock_set(PyObject *op, PyObject *value) {
  OwnLock *self = (OwnLock *)op;
  PyMutex_Lock(&self->mutex);
  PyObject *old = self->f;
  self->f = Py_NewRef(value);
  PyMutex_Unlock(&self->mutex);
  Py_XDECREF(old);
  Py_RETURN_NONE;
}
METHOD(lock_set)
static PyObject *lock_get(PyObject *op, PyObject *unused) {
  OwnLock *self = (OwnLock *)op;
  PyMutex_Lock(&self->mutex);
  PyObject *result = Py_XNewRef(self->f);
  PyMutex_Unlock(&self->mutex);
  return result;
}
METHOD(lock_get)

// Frozen: only construction and tear-down write.
TYPE(Frozen)
static PyObject *frozen_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Frozen *self = (Frozen *)type->tp_alloc(type, 0);
  self->f = Py_NewRef(args);
  return (PyObject *)self;
}
static int frozen_init(PyObject *op, PyObject *args, PyObject *kwargs) {
  Py_XSETREF(((Frozen *)op)->f, Py_NewRef(args));
  return 0;
}
static int frozen_clear(PyObject *op) {
  Py_CLEAR(((Frozen *)op)->f);
  return 0;
}
PyType_Slot frozen_slots[] = {
    {Py_tp_new, (void *)frozen_new}, {Py_tp_init, (void *)frozen_init}, {Py_tp_clear, (void *)frozen_clear}, {0, NULL}};
static PyObject *frozen(PyObject *op, PyObject *unused) { return Py_XNewRef(((Frozen *)op)->f); }
METHOD(frozen)

// Filled once and never replaced: whoever sees the object may keep it. That the filling itself races is another rule's.
TYPE(Once)
static PyObject *once(PyObject *op, PyObject *unused) {
  Once *self = (Once *)op;
  if (self->f == NULL)
    self->f = PyList_New(0);
  return Py_XNewRef(self->f);
}
METHOD(once)
static PyObject *once_again(PyObject *op, PyObject *unused) { return Py_XNewRef(((Once *)op)->f); }
METHOD(once_again)

// Only compared.
TYPE(Compared)
SETTER(Compared)
static PyObject *compared(PyObject *op, PyObject *other) { return PyBool_FromLong(((Compared *)op)->f == other); }
METHOD(compared)

// Callers hold the lock.
TYPE(ByName)
SETTER(ByName)
static PyObject *get_lock_held(PyObject *op) { return Py_XNewRef(((ByName *)op)->f); }
static PyObject *by_name(PyObject *op, PyObject *unused) {
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(op);
  result = get_lock_held(op);
  Py_END_CRITICAL_SECTION();
  return result;
}
METHOD(by_name)

// Traversal and tear-down.
TYPE(Torn)
SETTER(Torn)
static int torn_traverse(PyObject *op, visitproc visit, void *arg) {
  Py_VISIT(((Torn *)op)->f);
  return 0;
}
static void torn_dealloc(PyObject *op) { Py_XDECREF(((Torn *)op)->f); }
PyType_Slot torn_slots[] = {{Py_tp_traverse, (void *)torn_traverse}, {Py_tp_dealloc, (void *)torn_dealloc}, {0, NULL}};
// A writer with no lock: ungil-unlocked-setref names both.
typedef struct {
  PyObject_HEAD
  PyObject *value;
} Open;
static PyObject *get_open(PyObject *op, PyObject *unused) { return Py_NewRef(((Open *)op)->value); }
METHOD(get_open)
static PyObject *set_open(PyObject *op, PyObject *value) {
  Py_XSETREF(((Open *)op)->value, Py_NewRef(value));
  Py_RETURN_NONE;
}
METHOD(set_open)
// CHECK: end of report
