// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Every silencer alone, and the traps. One type for each, as findings are by type.
#include <Python.h>
#include <stdatomic.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
#define TYPE(T) typedef struct { PyObject_HEAD PyObject **items; Py_ssize_t n; PyMutex mutex; } T;

TYPE(Section)
static PyObject *section(PyObject *op, PyObject *value) {
  Py_BEGIN_CRITICAL_SECTION(op);
  ((Section *)op)->items[((Section *)op)->n++] = Py_NewRef(value);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
METHOD(section)

TYPE(OwnLock)
#define ACQUIRE_LOCK(o) PyMutex_Lock(&(o)->mutex)
#define RELEASE_LOCK(o) PyMutex_Unlock(&(o)->mutex)
static PyObject *own_lock(PyObject *op, PyObject *value) {
  OwnLock *self = (OwnLock *)op;
  ACQUIRE_LOCK(self);
  self->items[self->n++] = Py_NewRef(value);
  RELEASE_LOCK(self);
  Py_RETURN_NONE;
}
METHOD(own_lock)

// The wrapper that Argument Clinic generates holds the section.
TYPE(Generated)
static PyObject *generated_impl(Generated *self, PyObject *value) {
  self->items[self->n++] = Py_NewRef(value);
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
static PyObject *push_lock_held(PyObject *op, PyObject *value) {
  ((ByName *)op)->items[((ByName *)op)->n++] = Py_NewRef(value);
  Py_RETURN_NONE;
}
METHOD(push_lock_held)

TYPE(Constructed)
static PyObject *constructed_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Constructed *self = (Constructed *)type->tp_alloc(type, 0);
  self->items = (PyObject **)PyMem_Malloc(64);
  self->n = 8;
  return (PyObject *)self;
}
static int constructed_init(PyObject *op, PyObject *args, PyObject *kwargs) {
  ((Constructed *)op)->n = 4;
  return 0;
}
static PyObject *constructed_item(PyObject *op, Py_ssize_t i) {
  return i < ((Constructed *)op)->n ? Py_NewRef(((Constructed *)op)->items[i]) : NULL;
}
static void constructed_dealloc(PyObject *op) {
  PyMem_Free(((Constructed *)op)->items);
  ((Constructed *)op)->items = NULL;
}
static int constructed_traverse(PyObject *op, visitproc visit, void *arg) {
  for (Py_ssize_t i = 0; i < ((Constructed *)op)->n; i++)
    Py_VISIT(((Constructed *)op)->items[i]);
  return 0;
}
PyType_Slot constructed_slots[] = {{Py_tp_new, (void *)constructed_new},         {Py_tp_init, (void *)constructed_init},
                                   {Py_sq_item, (void *)constructed_item},       {Py_tp_dealloc, (void *)constructed_dealloc},
                                   {Py_tp_traverse, (void *)constructed_traverse}, {0, NULL}};

// A copy is private until it is returned, in helpers too.
TYPE(Copied)
static void fill(Copied *copy, PyObject *value) { copy->items[copy->n++] = Py_NewRef(value); }
static Copied *copied_alloc(PyTypeObject *type) {
  Copied *made = PyObject_New(Copied, type);
  if (!made)
    return NULL;
  made->n = 0;
  return made;
}
static PyObject *copied(PyObject *op, PyObject *value) {
  Copied *copy = copied_alloc(Py_TYPE(op));
  copy->items = NULL;
  fill(copy, value);
  return (PyObject *)copy;
}
METHOD(copied)

typedef struct {
  PyObject_HEAD
  atomic_size_t hits;
  Py_ssize_t position;
  int closed;
} Counted;
static PyObject *counted(PyObject *op, PyObject *unused) {
  Counted *self = (Counted *)op;
  self->hits++;
  self->closed = PyObject_IsTrue(unused); // a plain flag
  Py_ssize_t at = _Py_atomic_load_ssize_relaxed(&self->position);
  _Py_atomic_store_ssize_relaxed(&self->position, at + 1);
  return PyLong_FromSsize_t(at + self->closed);
}
METHOD(counted)

// Only the thread that owns the object gets past the test, as in CPython's RLock, greenlet and sqlite3.
typedef struct {
  PyObject_HEAD
  unsigned long owner;
  Py_ssize_t depth;
} Owned;
static int is_owned(Owned *self) { return PyThread_get_thread_ident() == self->owner; }
static PyObject *release(PyObject *op, PyObject *unused) {
  Owned *self = (Owned *)op;
  if (!is_owned(self))
    return NULL;
  self->depth--;
  Py_RETURN_NONE;
}
METHOD(release)
static PyObject *enter(PyObject *op, PyObject *unused) {
  Owned *self = (Owned *)op;
  unsigned long me = PyThread_get_thread_ident();
  if (me == self->owner)
    self->depth++;
  Py_RETURN_NONE;
}
METHOD(enter)

// Python's protocols call these on new objects, and in the child of a fork, which has one thread.
TYPE(Restored)
static PyObject *restored_setstate(PyObject *op, PyObject *state) {
  PyMem_Free(((Restored *)op)->items);
  ((Restored *)op)->items = NULL;
  ((Restored *)op)->n = 0;
  Py_RETURN_NONE;
}
static PyObject *restored_item(PyObject *op, PyObject *unused) {
  return ((Restored *)op)->n ? Py_NewRef(((Restored *)op)->items[0]) : NULL;
}
PyMethodDef restored_methods[] = {{"__setstate__", restored_setstate, METH_O, NULL},
                                  {"_at_fork_reinit", restored_setstate, METH_O, NULL},
                                  {"item", restored_item, METH_NOARGS, NULL},
                                  {NULL, NULL, 0, NULL}};

// An iterator of its own, by the convention that New makes something; the variable had another object before.
TYPE(Cursor)
PyObject *PyGrid_IterNew(PyObject *);
static PyObject *scanned(PyObject *op, PyObject *value) {
  Cursor *cursor = (Cursor *)value;
  cursor = (Cursor *)PyGrid_IterNew(op);
  while (cursor->n < 10)
    cursor->n++;
  return (PyObject *)cursor;
}
METHOD(scanned)

// A pointer that is only wrapped up.
TYPE(Wrapped)
static PyObject *wrapped(PyObject *op, PyObject *unused) { return PyCapsule_New(((Wrapped *)op)->items, NULL, NULL); }
METHOD(wrapped)
// CHECK: end of report
