// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-inconsistent-locking,ungil-unlocked-setref,ungil-borrowed-field-return,ungil-exhaustion-double-decref' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-inconsistent-locking,ungil-unlocked-setref,ungil-borrowed-field-return,ungil-exhaustion-double-decref' %s -- -I%py314t -x c -std=gnu11 | %filecheck %s
// How projects take the lock, and what is not shared in the first place.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// xxhash, hashlib: a lock of the object's own, which may not be there.
typedef struct {
  PyObject_HEAD
  PyThread_type_lock lock;
  char *state;
  Py_ssize_t n;
} Hash;
#define ENTER(o)                                                                                                       \
  if ((o)->lock) {                                                                                                     \
    if (!PyThread_acquire_lock((o)->lock, 0)) {                                                                        \
      Py_BEGIN_ALLOW_THREADS PyThread_acquire_lock((o)->lock, 1);                                                      \
      Py_END_ALLOW_THREADS                                                                                             \
    }                                                                                                                  \
  }
#define LEAVE(o)                                                                                                       \
  if ((o)->lock) {                                                                                                     \
    PyThread_release_lock((o)->lock);                                                                                  \
  }
static PyObject *update(PyObject *op, PyObject *data) {
  Hash *self = (Hash *)op;
  ENTER(self)
  self->state[self->n++] = PyBytes_AS_STRING(data)[0];
  LEAVE(self)
  Py_RETURN_NONE;
}
METHOD(update)

// pygame: the lock is behind a function of the project, and is tested for.
struct SDL_mutex;
typedef struct {
  PyObject_HEAD
  PyThread_type_lock mutex;
  PyObject **items;
  Py_ssize_t n;
} Timers;
static void lock_timers(PyThread_type_lock mutex) { PyThread_acquire_lock(mutex, 1); }
static void unlock_timers(PyThread_type_lock mutex) { PyThread_release_lock(mutex); }
static PyObject *add(PyObject *op, PyObject *value) {
  Timers *self = (Timers *)op;
  if (self->mutex != NULL)
    lock_timers(self->mutex);
  self->items[self->n++] = Py_NewRef(value);
  if (self->mutex != NULL)
    unlock_timers(self->mutex);
  Py_RETURN_NONE;
}
METHOD(add)

// cffi: a section on an object of nobody's, which is one lock for all.
typedef struct {
  PyObject_HEAD
  PyObject *fields;
  Py_ssize_t n;
} CType;
static PyObject dummy;
#define CFFI_LOCK() Py_BEGIN_CRITICAL_SECTION(&dummy)
#define CFFI_UNLOCK() Py_END_CRITICAL_SECTION()
static PyObject *realise(PyObject *op, PyObject *value) {
  CType *self = (CType *)op;
  CFFI_LOCK();
  Py_XSETREF(self->fields, Py_NewRef(value));
  self->n++;
  CFFI_UNLOCK();
  Py_RETURN_NONE;
}
METHOD(realise)
static PyObject *fields(PyObject *op, PyObject *unused) {
  PyObject *result;
  CFFI_LOCK();
  result = Py_XNewRef(((CType *)op)->fields);
  CFFI_UNLOCK();
  return result;
}
METHOD(fields)

// wrapt: the section is in a helper that gets the field by its address.
typedef struct {
  PyObject_HEAD
  PyObject *wrapped;
} Proxy;
static PyObject *take(PyObject *owner, PyObject **field) {
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(owner);
  result = Py_XNewRef(*field);
  Py_END_CRITICAL_SECTION();
  return result;
}
static void put(PyObject *owner, PyObject **field, PyObject *value) {
  PyObject *old;
  Py_BEGIN_CRITICAL_SECTION(owner);
  old = *field;
  *field = Py_XNewRef(value);
  Py_END_CRITICAL_SECTION();
  Py_XDECREF(old);
}
static PyObject *get_wrapped(PyObject *op, void *closure) { return take(op, &((Proxy *)op)->wrapped); }
static int set_wrapped(PyObject *op, PyObject *value, void *closure) {
  put(op, &((Proxy *)op)->wrapped, value);
  return 0;
}
PyGetSetDef proxy_getset[] = {{"wrapped", get_wrapped, set_wrapped, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
// CHECK: end of report
