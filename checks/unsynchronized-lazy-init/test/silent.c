// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Every silencer alone.
#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

PyObject *make(void);

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static PyMutex lock;
static PyObject *guarded;
static PyObject *lock_from_test_to_store(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&lock);
  if (!guarded)
    guarded = make();
  PyObject *result = Py_XNewRef(guarded);
  PyMutex_Unlock(&lock);
  return result;
}
METHOD(lock_from_test_to_store)

static PyObject *kept;
static PyObject *loser_dropped(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&lock);
  PyObject *result = Py_XNewRef(kept);
  PyMutex_Unlock(&lock);
  if (result)
    return result;
  PyObject *made = make();
  PyMutex_Lock(&lock);
  if (!kept)
    kept = Py_XNewRef(made);
  result = Py_XNewRef(kept);
  PyMutex_Unlock(&lock);
  Py_XDECREF(made);
  return result;
}
METHOD(loser_dropped)

static PyObject *held_by_caller_slot;
static void fill_lock_held(void) {
  if (!held_by_caller_slot)
    held_by_caller_slot = make();
}
static PyObject *held_by_caller(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&lock);
  fill_lock_held();
  PyMutex_Unlock(&lock);
  Py_RETURN_NONE;
}
METHOD(held_by_caller)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static PyObject *made_once;
static void make_once(void) {
  if (!made_once)
    made_once = make();
}
static PyObject *once_flag(PyObject *module, PyObject *unused) {
  pthread_once(&once, make_once);
  return Py_XNewRef(made_once);
}
METHOD(once_flag)

static _Thread_local PyObject *per_thread;
static PyObject *thread_local_value(PyObject *module, PyObject *unused) {
  if (!per_thread)
    per_thread = make();
  return Py_XNewRef(per_thread);
}
METHOD(thread_local_value)

static _Atomic(PyObject *) exchanged;
static PyObject *atomic_value(PyObject *module, PyObject *unused) {
  PyObject *value = atomic_load_explicit(&exchanged, memory_order_acquire);
  if (!value) {
    PyObject *made = make(), *expected = NULL;
    if (!atomic_compare_exchange_strong(&exchanged, &expected, made))
      Py_DECREF(made);
  }
  return Py_XNewRef(atomic_load_explicit(&exchanged, memory_order_acquire));
}
METHOD(atomic_value)

static PyObject *found_by_atomic_load;
static PyObject *atomic_load_then_lock(PyObject *module, PyObject *unused) {
  if (!_Py_atomic_load_ptr_acquire(&found_by_atomic_load)) {
    PyMutex_Lock(&lock);
    if (!found_by_atomic_load)
      _Py_atomic_store_ptr_release(&found_by_atomic_load, make());
    PyMutex_Unlock(&lock);
  }
  Py_RETURN_NONE;
}
METHOD(atomic_load_then_lock)

static long pagesize;
static PyObject *same_for_every_thread(PyObject *module, PyObject *unused) {
  if (pagesize == 0)
    pagesize = sysconf(_SC_PAGESIZE);
  return PyLong_FromLong(pagesize);
}
METHOD(same_for_every_thread)

static const char *name;
static PyObject *static_string(PyObject *module, PyObject *unused) {
  if (!name)
    name = "constant";
  return PyUnicode_FromString(name);
}
METHOD(static_string)

#ifndef Py_GIL_DISABLED
static PyObject *not_compiled;
static PyObject *with_the_gil(PyObject *module, PyObject *unused) {
  if (!not_compiled)
    not_compiled = make();
  return not_compiled;
}
METHOD(with_the_gil)
#endif

static PyObject *set_during_init, *only_init;
static PyObject *dead_branch(PyObject *module, PyObject *unused) {
  if (!set_during_init)
    set_during_init = make();
  return Py_XNewRef(set_during_init);
}
METHOD(dead_branch)
static int execute(PyObject *module) {
  set_during_init = make();
  if (!only_init)
    only_init = make();
  return 0;
}
PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)execute}, {0, NULL}};

typedef struct {
  PyObject_HEAD
  PyObject *args, *parameters, *dict;
} Alias;

static PyObject *alias_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Alias *self = (Alias *)type->tp_alloc(type, 0);
  if (self && !self->dict)
    self->dict = PyDict_New();
  return (PyObject *)self;
}
static PyObject *copy(PyObject *op, PyObject *unused) {
  Alias *fresh = PyObject_New(Alias, Py_TYPE(op));
  if (!fresh->dict)
    fresh->dict = PyDict_New();
  return (PyObject *)fresh;
}
METHOD(copy)

static PyObject *tested_again(PyObject *op, void *closure) {
  Alias *self = (Alias *)op;
  PyObject *result, *made = NULL;
  Py_BEGIN_CRITICAL_SECTION(op);
  if (!self->parameters) {
    made = PyObject_CallOneArg(self->args, op);
    if (!self->parameters)
      self->parameters = Py_XNewRef(made);
  }
  result = Py_XNewRef(self->parameters);
  Py_END_CRITICAL_SECTION();
  Py_XDECREF(made);
  return result;
}
PyGetSetDef getters[] = {{"parameters", tested_again, NULL, NULL, NULL}};
PyType_Slot type_slots[] = {{Py_tp_new, (void *)alias_new}, {0, NULL}};
// CHECK: end of report
