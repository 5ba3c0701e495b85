// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py313t -std=gnu11 | %filecheck %s
// CHECK: end of report
#include <Python.h>

// Code that looks like a shared free list and is none.

typedef struct Node { PyObject_HEAD struct Node *next; struct Node *undo[8]; int depth; } Node;

#define ENTRIES(name)                                                                                                  \
  PyMethodDef name##_methods[] = {                                                                                     \
      {"take", name##_take, METH_NOARGS, NULL}, {"give", name##_give, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// -- thread-local, by keyword and by the project's own macro
#ifdef __cplusplus
#define THREAD_LOCAL thread_local
#else
#define THREAD_LOCAL _Thread_local
#endif
static THREAD_LOCAL Node *own[4];
static THREAD_LOCAL int own_count;
static PyObject *own_take(PyObject *m, PyObject *a) { return own_count ? (PyObject *)own[--own_count] : NULL; }
static PyObject *own_give(PyObject *m, PyObject *a) { own[own_count++] = (Node *)a; return NULL; }
ENTRIES(own)

static __thread struct { Node *items[4]; int n; } local_pool;
static PyObject *local_take(PyObject *m, PyObject *a) { return local_pool.n ? (PyObject *)local_pool.items[--local_pool.n] : NULL; }
static PyObject *local_give(PyObject *m, PyObject *a) { local_pool.items[local_pool.n++] = (Node *)a; return NULL; }
ENTRIES(local)

// -- compiled out on free-threaded builds
static Node *gil_spare[4];
static int gil_count;
static PyObject *gil_take(PyObject *m, PyObject *a) {
#ifndef Py_GIL_DISABLED
  if (gil_count)
    return (PyObject *)gil_spare[--gil_count];
#endif
  return NULL;
}
static PyObject *gil_give(PyObject *m, PyObject *a) {
#ifndef Py_GIL_DISABLED
  gil_spare[gil_count++] = (Node *)a;
#endif
  return NULL;
}
ENTRIES(gil)

// -- arrays that no counter of theirs makes a stack: read forwards, found by a key beside a count, walked by an index of one's own
static Node *turns[4];
static int turn_count, turn;
static PyObject *turns_take(PyObject *m, PyObject *a) { return turn < turn_count ? (PyObject *)turns[turn++] : NULL; }
static PyObject *turns_give(PyObject *m, PyObject *a) { turns[turn_count++] = (Node *)a; return NULL; }
ENTRIES(turns)

static Node *buckets[4];
static int bucket_count;
static PyObject *buckets_take(PyObject *m, PyObject *a) {
  Node *found = buckets[(size_t)a % 4];
  buckets[(size_t)a % 4] = NULL;
  bucket_count--;
  return (PyObject *)found;
}
static PyObject *buckets_give(PyObject *m, PyObject *a) {
  buckets[(size_t)a % 4] = (Node *)a;
  bucket_count++;
  return NULL;
}
ENTRIES(buckets)

static Node *walked[4];
static PyObject *walked_take(PyObject *m, PyObject *a) {
  for (int i = 4; i > 0;)
    if (walked[--i])
      return (PyObject *)walked[i];
  return NULL;
}
static PyObject *walked_give(PyObject *m, PyObject *a) {
  for (int i = 0; i < 4;)
    walked[i++] = (Node *)a;
  return NULL;
}
ENTRIES(walked)

// -- a place in a list that others keep: what is put there is not linked to what was there
static Node *here;
static PyObject *here_take(PyObject *m, PyObject *a) {
  Node *node = here;
  here = node->next;
  return (PyObject *)node;
}
static PyObject *here_give(PyObject *m, PyObject *a) {
  Node *node = (Node *)a;
  node->undo[0] = NULL;
  here = node;
  return NULL;
}
ENTRIES(here)

// -- a slot that is emptied, and whose value nobody takes
static PyObject *kept;
static PyObject *kept_take(PyObject *m, PyObject *a) {
  kept = NULL;
  return NULL;
}
static PyObject *kept_give(PyObject *m, PyObject *a) {
  if (!kept)
    kept = a;
  else
    Py_DECREF(a);
  return NULL;
}
ENTRIES(kept)

static PyObject *dropped;
static PyObject *dropped_take(PyObject *m, PyObject *a) {
  Py_CLEAR(dropped);
  return NULL;
}
static PyObject *dropped_give(PyObject *m, PyObject *a) {
  if (!dropped)
    dropped = a;
  else
    Py_DECREF(a);
  return NULL;
}
ENTRIES(dropped)

// -- each caller gets an element of its own from an atomic step
#ifndef __cplusplus
static Node *claimed[4];
static _Atomic int claimed_count;
static PyObject *claimed_take(PyObject *m, PyObject *a) { return (PyObject *)claimed[--claimed_count]; }
static PyObject *claimed_give(PyObject *m, PyObject *a) { claimed[claimed_count++] = (Node *)a; return NULL; }
ENTRIES(claimed)
#endif

// -- switched off by constants
#define USE_CACHE 0
#define CAPACITY 0
static Node *off_spare[4];
static int off_count;
static PyObject *off_take(PyObject *m, PyObject *a) {
  if (USE_CACHE && off_count > 0)
    return (PyObject *)off_spare[--off_count];
  return NULL;
}
static PyObject *off_give(PyObject *m, PyObject *a) {
  if (CAPACITY > 0)
    off_spare[off_count++] = (Node *)a;
  return NULL;
}
ENTRIES(off)

// -- filled and drained by module initialisation and finalisation only
static Node *prepared[4];
static int prepared_count;
static int module_exec(PyObject *module) {
  prepared[prepared_count++] = PyObject_New(Node, (PyTypeObject *)module);
  return 0;
}
static void module_free(void *module) {
  while (prepared_count > 0)
    PyObject_Free(prepared[--prepared_count]);
}
PyModuleDef_Slot module_slots[] = {{Py_mod_exec, (void *)module_exec}, {0, NULL}};
static struct PyModuleDef module_def = {PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, module_slots, NULL, NULL, module_free};
PyMODINIT_FUNC PyInit_m(void) { return PyModuleDef_Init(&module_def); }

// -- a registry of live objects: linked in at birth, unlinked at death, nothing is reused
static Node *live;
static PyObject *live_take(PyObject *m, PyObject *a) {
  Node *self = (Node *)a;
  self->next = live;
  live = self;
  return NULL;
}
static PyObject *live_give(PyObject *m, PyObject *a) {
  Node *self = (Node *)a;
  live = self->next;
  return NULL;
}
ENTRIES(live)

// -- a cached singleton: made on demand, dropped on request (a lazy initialisation, not a free list)
static PyObject *cached;
static PyObject *cached_take(PyObject *m, PyObject *a) {
  if (!cached)
    cached = PyDict_New();
  return Py_XNewRef(cached);
}
static PyObject *cached_give(PyObject *m, PyObject *a) {
  PyObject *old = cached;
  cached = NULL;
  Py_XDECREF(old);
  return NULL;
}
ENTRIES(cached)

// -- an undo stack of one object
static PyObject *undo_take(PyObject *o, PyObject *a) {
  Node *self = (Node *)o;
  return self->depth ? (PyObject *)self->undo[--self->depth] : NULL;
}
static PyObject *undo_give(PyObject *o, PyObject *a) {
  Node *self = (Node *)o;
  self->undo[self->depth++] = (Node *)a;
  return NULL;
}
ENTRIES(undo)

// -- numbers, not blocks
static int indices[4];
static int index_count;
static PyObject *index_take(PyObject *m, PyObject *a) { return PyLong_FromLong(indices[--index_count]); }
static PyObject *index_give(PyObject *m, PyObject *a) { indices[index_count++] = 1; return NULL; }
ENTRIES(index)

// -- a table that only grows
static Node *table[4];
static int table_count;
static PyObject *table_take(PyObject *m, PyObject *a) { return (PyObject *)table[0]; }
static PyObject *table_give(PyObject *m, PyObject *a) { table[table_count++] = (Node *)a; return NULL; }
ENTRIES(table)

// -- nothing calls it
static Node *dead_spare[4];
static int dead_count;
static inline Node *dead_pop(void) { return dead_spare[--dead_count]; }
static inline void dead_push(Node *node) { dead_spare[dead_count++] = node; }

// -- one slot, exchanged atomically on both sides
static Node *exchanged;
static PyObject *exchange_take(PyObject *m, PyObject *a) {
  return (PyObject *)__atomic_exchange_n(&exchanged, (Node *)NULL, __ATOMIC_ACQUIRE);
}
static PyObject *exchange_give(PyObject *m, PyObject *a) {
  Node *old = __atomic_exchange_n(&exchanged, (Node *)a, __ATOMIC_ACQ_REL);
  if (old)
    PyObject_Free(old);
  return NULL;
}
ENTRIES(exchange)
