// RUN: %both --checks='-*,ungil-inconsistent-locking,ungil-unlocked-object-state,ungil-mutable-global-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Before others have it, when it ends, and to be shown: the lock of the rest is not missed.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  PyMutex mutex;
  char *buffer;
  Py_ssize_t position;
  long hits;
} Cache;
static PyObject *put(PyObject *op, PyObject *unused) {
  Cache *self = (Cache *)op;
  PyMutex_Lock(&self->mutex);
  self->buffer[self->position++] = 1;
  self->hits++;
  PyMutex_Unlock(&self->mutex);
  Py_RETURN_NONE;
}
METHOD(put)
static PyObject *take(PyObject *op, PyObject *unused) {
  Cache *self = (Cache *)op;
  PyMutex_Lock(&self->mutex);
  self->buffer[--self->position] = 0;
  self->hits++;
  PyMutex_Unlock(&self->mutex);
  Py_RETURN_NONE;
}
METHOD(take)
static PyObject *get_hits(PyObject *op, void *closure) { return PyLong_FromLong(((Cache *)op)->hits); }
static PyObject *cache_repr(PyObject *op) { return PyUnicode_FromFormat("<Cache, %ld hits>", ((Cache *)op)->hits); }
static void cache_reset(Cache *self) {
  self->position = 0;
  self->hits = 0;
}
static PyObject *cache_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Cache *self = (Cache *)type->tp_alloc(type, 0);
  if (self) {
    self->buffer = (char *)PyMem_Malloc(8);
    cache_reset(self);
  }
  return (PyObject *)self;
}
static void cache_dealloc(PyObject *op) {
  PyMem_Free(((Cache *)op)->buffer);
  cache_reset((Cache *)op);
}
PyGetSetDef cache_getset[] = {{"hits", get_hits, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
PyType_Slot cache_slots[] = {{Py_tp_new, (void *)cache_new},
                             {Py_tp_dealloc, (void *)cache_dealloc},
                             {Py_tp_repr, (void *)cache_repr},
                             {Py_tp_getset, cache_getset},
                             {0, NULL}};

static PyMutex pool_mutex;
static char **pool;
static Py_ssize_t pooled;
static PyObject *fill_pool(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&pool_mutex);
  pool[pooled++] = NULL;
  PyMutex_Unlock(&pool_mutex);
  Py_RETURN_NONE;
}
METHOD(fill_pool)
static PyObject *drain_pool(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&pool_mutex);
  if (pooled)
    pooled--;
  PyMutex_Unlock(&pool_mutex);
  Py_RETURN_NONE;
}
METHOD(drain_pool)
static void shut_down(void) {
  PyMem_Free(pool);
  pool = NULL;
  pooled = 0;
}
static int exec(PyObject *module) {
  pool = (char **)PyMem_Malloc(64);
  pooled = 0;
  return Py_AtExit(shut_down);
}
static void module_free(void *module) { shut_down(); }
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, slots, NULL, NULL, module_free};
// CHECK: end of report
