// rule: ungil-unsynchronized-lazy-init
// oracle: leak
// needs: free-threaded
// driver: threads
// since: 3.13
//
// Check-then-initialise inside a critical section that the initialiser suspends.

#include "fixture.h"

#include <stdatomic.h>

// The initialiser sleeps, which detaches and suspends the critical section: another thread initialises too, and the later
// store drops the earlier value on the floor (CPython's union_init_parameters had this shape).
static _Atomic long live;
static void token_free(PyObject *capsule) { atomic_fetch_sub(&live, 1); }
static PyObject *make(void) {
  Py_BEGIN_ALLOW_THREADS
  struct timespec pause = {0, 200000};
  nanosleep(&pause, NULL);
  Py_END_ALLOW_THREADS
  atomic_fetch_add(&live, 1);
  return PyCapsule_New((void *)&live, NULL, token_free);
}

typedef struct {
  PyObject_HEAD
  PyObject *cached;
} Owner;
static Owner *owner;

static PyObject *get_cached(PyObject *self) {
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(self);
  Owner *it = (Owner *)self;
  if (it->cached == NULL) // FLAG
    it->cached = make();
  result = Py_XNewRef(it->cached);
  Py_END_CRITICAL_SECTION();
  return result;
}

static void owner_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  Py_XDECREF(((Owner *)self)->cached);
  type->tp_free(self);
  Py_DECREF(type);
}

static PyObject *run(PyObject *module, PyObject *arg) {
  PyObject *cached = get_cached((PyObject *)owner);
  Py_XDECREF(cached);
  if (!cached)
    return NULL;
  Py_RETURN_NONE;
}

static PyObject *check(PyObject *module, PyObject *unused) {
  Py_CLEAR(owner);
  return PyBool_FromLong(live == 0);
}

static PyType_Slot owner_slots[] = {{Py_tp_dealloc, (void *)owner_dealloc}, {0, NULL}};
static PyType_Spec owner_spec = {"fixture.Owner", sizeof(Owner), 0, Py_TPFLAGS_DEFAULT, owner_slots};

static int exec(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &owner_spec, NULL);
  owner = type ? (Owner *)PyObject_CallNoArgs(type) : NULL;
  Py_XDECREF(type);
  return owner ? 0 : -1;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {"check", check, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
