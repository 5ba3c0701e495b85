// RUN: %both --checks='-*,ungil-non-atomic-flag' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Plain flags of objects that keep others out, that spin, and that say who has a lock.
#include <Python.h>

#define METHOD(f) static PyMethodDef f##_method[] = {{#f, f, METH_O}, {0}};

typedef struct {
  PyObject_HEAD int busy, closed, guarded, atomic, opened, locked, early, other, own;
  unsigned long owner;
  PyThread_type_lock lock;
  PyMutex mutex, by_hand;
} Object;

// Others are turned away, by an error path too.
static PyObject *run(PyObject *self, PyObject *code) {
  Object *o = (Object *)self;
  if (o->busy) {
    PyErr_SetString(PyExc_ValueError, "already running");
    return NULL;
  }
  o->busy = 1;
  PyObject *result = PyObject_CallNoArgs(code);
  o->busy = 0;
  return result;
}
METHOD(run)
static PyObject *drain(PyObject *self, PyObject *code) {
  Object *o = (Object *)self;
  PyObject *result = NULL;
  if (code == NULL || o->closed == 1)
    goto done;
  o->closed = 1;
  result = PyObject_CallNoArgs(code);
  o->closed = 0;
done:
  return result;
}
METHOD(drain)

// Not under a lock, not by an atomic, and not a flag that stays set.
static PyObject *run_guarded(PyObject *self, PyObject *code) {
  Object *o = (Object *)self;
  PyObject *result = NULL;
  PyMutex_Lock(&o->mutex);
  if (!o->guarded) {
    o->guarded = 1;
    result = PyObject_CallNoArgs(code);
    o->guarded = 0;
  }
  PyMutex_Unlock(&o->mutex);
  return result;
}
METHOD(run_guarded)
static PyObject *run_atomic(PyObject *self, PyObject *code) {
  Object *o = (Object *)self;
  if (_Py_atomic_exchange_int(&o->atomic, 1))
    return NULL;
  PyObject *result = PyObject_CallNoArgs(code);
  _Py_atomic_store_int(&o->atomic, 0);
  return result;
}
METHOD(run_atomic)
static PyObject *open(PyObject *self, PyObject *code) {
  Object *o = (Object *)self;
  if (o->opened)
    return NULL;
  o->opened = 1;
  return PyObject_CallNoArgs(code);
}
METHOD(open)

// A lock of one's own making; a loop that does more than wait is something else.
static volatile int spinning, working;
static PyObject *spin(PyObject *self, PyObject *code) {
  while (spinning)
    ;
  spinning = 1;
  PyObject *result = PyObject_CallNoArgs(code);
  spinning = 0;
  return result;
}
METHOD(spin)
static PyObject *work(PyObject *self, PyObject *code) {
  working = 1;
  while (working)
    working = PyObject_IsTrue(code) > 0 ? 1 : 0;
  Py_RETURN_NONE;
}
METHOD(work)

// The state of a lock that one method takes and another gives back.
static PyObject *acquire(PyObject *self, PyObject *wait) {
  Object *o = (Object *)self;
  if (PyThread_acquire_lock(o->lock, wait == Py_True)) {
    o->locked = 1;
    o->early = 1;
  }
  Py_RETURN_NONE;
}
METHOD(acquire)
static PyObject *release(PyObject *self, PyObject *ignored) {
  Object *o = (Object *)self;
  o->early = 0;
  PyThread_release_lock(o->lock);
  o->locked = 0;
  o->other = 0; // nobody sets it under the lock
  Py_RETURN_NONE;
}
METHOD(release)
static PyObject *take(PyObject *self, PyObject *ignored) {
  Object *o = (Object *)self;
  PyMutex_Lock(&o->by_hand);
  o->owner = PyThread_get_thread_ident();
  Py_RETURN_NONE;
}
METHOD(take)
static PyObject *give(PyObject *self, PyObject *ignored) {
  Object *o = (Object *)self;
  PyMutex_Unlock(&o->by_hand);
  o->owner = 0;
  Py_RETURN_NONE;
}
METHOD(give)

// The function's own section is over: what comes later has nothing to do with the lock.
static PyObject *set_own(PyObject *self, PyObject *ignored) {
  Object *o = (Object *)self;
  PyMutex_Lock(&o->mutex);
  o->own = 1;
  PyMutex_Unlock(&o->mutex);
  Py_RETURN_NONE;
}
METHOD(set_own)
static PyObject *clear_own(PyObject *self, PyObject *ignored) {
  Object *o = (Object *)self;
  PyMutex_Lock(&o->mutex);
  PyMutex_Unlock(&o->mutex);
  o->own = 0;
  Py_RETURN_NONE;
}
METHOD(clear_own)
// CHECK: :[[@LINE-125]]:7: warning: flag 'Object.busy' is tested and then set in 'run' to keep others out; two threads can both find it clear [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-117]]:1: note: 'run' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-123]]:3: note: set here
// CHECK-NEXT: :[[@LINE-128]]:7: note: exchange an atomic, or take a lock; make it thread-local when it is there to stop recursion
// CHECK: :[[@LINE-116]]:23: warning: flag 'Object.closed' is tested and then set in 'drain' to keep others out; two threads can both find it clear [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-109]]:1: note: 'drain' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-116]]:3: note: set here
// CHECK-NEXT: :[[@LINE-119]]:23: note: exchange an atomic, or take a lock; make it thread-local when it is there to stop recursion
// CHECK: :[[@LINE-75]]:10: warning: flag 'spinning' is polled in 'spin' while 'spin' changes it; plain volatile accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-69]]:1: note: 'spin' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-75]]:3: note: changed here in 'spin'
// CHECK-NEXT: :[[@LINE-71]]:1: note: 'spin' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-81]]:1: note: make it atomic; relaxed order is enough for a flag that guards no data, else store with release and load with acquire
// CHECK: :[[@LINE-50]]:3: warning: 'Object.locked' says who has a lock, but 'release' stores it after giving the lock back; it can overwrite what the next holder stores [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-47]]:1: note: 'release' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-53]]:3: note: given back here
// CHECK-NEXT: :[[@LINE-53]]:3: note: store first, then give the lock back
// CHECK: :[[@LINE-39]]:3: warning: 'Object.owner' says who has a lock, but 'give' stores it after giving the lock back; it can overwrite what the next holder stores [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-37]]:1: note: 'give' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-42]]:3: note: given back here
// CHECK-NEXT: :[[@LINE-42]]:3: note: store first, then give the lock back
// CHECK: end of report
