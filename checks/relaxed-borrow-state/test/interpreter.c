// RUN: %both --checks='-*,ungil-relaxed-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-relaxed-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// The interpreter's own protocols: a relaxed load is followed by a stronger operation that decides.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// A mutex: first look and each further look are relaxed, taking is a compare-and-swap.
typedef struct {
  uint8_t bits;
} Mutex;
static void take_mutex(Mutex *m) {
  uint8_t seen = _Py_atomic_load_uint8_relaxed(&m->bits);
  for (;;) {
    if ((seen & 1) == 0) {
      if (_Py_atomic_compare_exchange_uint8(&m->bits, &seen, seen | 1))
        return;
      continue;
    }
    seen = _Py_atomic_load_uint8_relaxed(&m->bits);
  }
}
static void give_mutex(Mutex *m) {
  uint8_t taken = 1;
  _Py_atomic_compare_exchange_uint8(&m->bits, &taken, 0);
}

// Biased reference counts: the owner's share is its own, the other one is counted down by compare-and-swap.
typedef struct {
  uintptr_t owner;
  uint32_t local;
  Py_ssize_t shared;
} Object;
static int is_owner(Object *op) {
  return _Py_atomic_load_uintptr_relaxed(&op->owner) == (uintptr_t)PyThread_get_thread_ident();
}
static void count_up(Object *op) {
  uint32_t local = _Py_atomic_load_uint32_relaxed(&op->local) + 1;
  if (local == 0)
    return;
  if (is_owner(op))
    _Py_atomic_store_uint32_relaxed(&op->local, local);
  else
    _Py_atomic_add_ssize(&op->shared, 4);
}
static int shared_is_dead(Object *op) {
  Py_ssize_t wanted, shared = _Py_atomic_load_ssize_relaxed(&op->shared);
  do
    wanted = shared == 0 || shared == 1 ? 2 : shared - 4;
  while (!_Py_atomic_compare_exchange_ssize(&op->shared, &shared, wanted));
  return wanted == 3;
}
static void count_down(Object *op) {
  if (is_owner(op)) {
    uint32_t local = _Py_atomic_load_uint32_relaxed(&op->local) - 1;
    _Py_atomic_store_uint32_relaxed(&op->local, local);
    if (local == 0)
      PyMem_Free(op);
  } else if (shared_is_dead(op)) {
    PyMem_Free(op);
  }
}
static Mutex mutex;
static PyObject *hold(PyObject *module, PyObject *unused) {
  Object *op = (Object *)PyMem_Calloc(1, sizeof(Object));
  take_mutex(&mutex);
  count_up(op);
  give_mutex(&mutex);
  count_down(op);
  Py_RETURN_NONE;
}
METHOD(hold)

// itertools.count: a number that is handed out, not a reference.
typedef struct {
  PyObject_HEAD
  Py_ssize_t next;
} Count;
static PyObject *count_next(PyObject *op) {
  Count *self = (Count *)op;
  Py_ssize_t next = _Py_atomic_load_ssize_relaxed(&self->next);
  for (;;) {
    if (next == PY_SSIZE_T_MAX)
      return NULL;
    if (_Py_atomic_compare_exchange_ssize(&self->next, &next, next + 1))
      return PyLong_FromSsize_t(next);
  }
}
PyType_Slot count_slots[] = {{Py_tp_iternext, (void *)count_next}, {0, NULL}};

// hashlib: what was fetched is exchanged in, whoever comes second frees the first; readers load it relaxed.
typedef struct {
  const char *name;
  int *digest;
} Entry;
int *fetch_digest(const char *);
void free_digest(int *);
static Entry entries[2];
static PyObject *digest_size(PyObject *module, PyObject *unused) {
  Entry *entry = &entries[0];
  int *digest = (int *)_Py_atomic_load_ptr_relaxed(&entry->digest);
  if (digest == NULL) {
    digest = fetch_digest(entry->name);
    int *other = (int *)_Py_atomic_exchange_ptr(&entry->digest, digest);
    if (other != NULL)
      free_digest(other);
  }
  return PyLong_FromLong(*digest);
}
METHOD(digest_size)

// Quiescent states: sequence numbers that each thread publishes, and one that only grows.
static uint64_t write_sequence, read_sequence;
static PyObject *advance(PyObject *module, PyObject *unused) {
  static uint64_t seen;
  _Py_atomic_store_uint64_release(&seen, _Py_atomic_load_uint64_acquire(&write_sequence));
  uint64_t goal = _Py_atomic_add_uint64(&write_sequence, 2) + 2, read = _Py_atomic_load_uint64(&read_sequence);
  uint64_t least = _Py_atomic_load_uint64(&seen);
  if (read < least)
    _Py_atomic_compare_exchange_uint64(&read_sequence, &read, least);
  return PyBool_FromLong(read >= goal);
}
METHOD(advance)
// CHECK: end of report
