// RUN: %both --checks='-*,ungil-mutable-*,ungil-non-atomic-flag' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-*,ungil-non-atomic-flag' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Statics that real projects change and that are right.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// CPython's rotating tree: the helper takes the lock itself.
static PyMutex random_mutex;
static unsigned int random_value = 1, random_stream;
static int random_bits(int bits) {
  int result;
  PyMutex_Lock(&random_mutex);
  if (random_stream < (1U << bits)) {
    random_value *= 1082527;
    random_stream = random_value;
  }
  result = random_stream & ((1U << bits) - 1);
  random_stream >>= bits;
  PyMutex_Unlock(&random_mutex);
  return result;
}
static PyObject *rotate(PyObject *module, PyObject *unused) { return PyLong_FromLong(random_bits(3)); }
METHOD(rotate)

// CPython's list of groups: the lock is the function's own.
static PyObject *all_groups(PyObject *module, PyObject *value) {
  static PyMutex getgrall_mutex;
  static PyObject *seen[4];
  static int count;
  PyMutex_Lock(&getgrall_mutex);
  if (count < 4)
    seen[count++] = Py_NewRef(value);
  PyMutex_Unlock(&getgrall_mutex);
  Py_RETURN_NONE;
}
METHOD(all_groups)

// Pillow's arena: the lock is in the struct, behind macros that are empty with the GIL.
#ifdef Py_GIL_DISABLED
#define MUTEX_LOCK(m) PyMutex_Lock(m)
#define MUTEX_UNLOCK(m) PyMutex_Unlock(m)
#else
#define MUTEX_LOCK(m)
#define MUTEX_UNLOCK(m)
#endif
struct Arena {
  int block_size, blocks_max, blocks_cached;
  void **blocks_pool;
  int stats_new;
  PyMutex mutex;
};
static struct Arena default_arena = {1024, 8, 0, NULL, 0, {0}};
static void *get_block(struct Arena *arena) {
  arena->stats_new += 1;
  if (arena->blocks_cached > 0) {
    arena->blocks_cached -= 1;
    return arena->blocks_pool[arena->blocks_cached];
  }
  return PyMem_Malloc(arena->block_size);
}
static void put_block(struct Arena *arena, void *block) {
  if (arena->blocks_cached < arena->blocks_max)
    arena->blocks_pool[arena->blocks_cached++] = block;
  else
    PyMem_Free(block);
}
static PyObject *new_image(PyObject *module, PyObject *unused) {
  MUTEX_LOCK(&default_arena.mutex);
  void *block = get_block(&default_arena);
  MUTEX_UNLOCK(&default_arena.mutex);
  MUTEX_LOCK(&default_arena.mutex);
  put_block(&default_arena, block);
  MUTEX_UNLOCK(&default_arena.mutex);
  Py_RETURN_NONE;
}
METHOD(new_image)
static PyObject *reset_stats(PyObject *module, PyObject *unused) {
  struct Arena *arena = &default_arena;
  MUTEX_LOCK(&arena->mutex);
  arena->stats_new = 0;
  MUTEX_UNLOCK(&arena->mutex);
  Py_RETURN_NONE;
}
METHOD(reset_stats)

// CPython's closures for ctypes: the list is refilled under its lock.
#define MALLOC_CLOSURE_LOCK(state) PyMutex_Lock(&(state)->mutex)
#define MALLOC_CLOSURE_UNLOCK(state) PyMutex_Unlock(&(state)->mutex)
typedef union Item {
  char closure[16];
  union Item *next;
} Item;
struct Closures {
  PyMutex mutex;
  Item *free_list;
};
static struct Closures closures;
static void more_core(struct Closures *state) {
  Item *item = (Item *)PyMem_RawMalloc(4 * sizeof(Item));
  for (int i = 0; item && i < 4; ++i, ++item) {
    item->next = state->free_list;
    state->free_list = item;
  }
}
static PyObject *closure_alloc(PyObject *module, PyObject *unused) {
  struct Closures *state = &closures;
  MALLOC_CLOSURE_LOCK(state);
  if (!state->free_list)
    more_core(state);
  if (!state->free_list) {
    MALLOC_CLOSURE_UNLOCK(state);
    return NULL;
  }
  Item *item = state->free_list;
  state->free_list = item->next;
  MALLOC_CLOSURE_UNLOCK(state);
  return PyLong_FromVoidPtr(item);
}
METHOD(closure_alloc)
static PyObject *closure_free(PyObject *module, PyObject *address) {
  struct Closures *state = &closures;
  Item *item = (Item *)PyLong_AsVoidPtr(address);
  MALLOC_CLOSURE_LOCK(state);
  item->next = state->free_list;
  state->free_list = item;
  MALLOC_CLOSURE_UNLOCK(state);
  Py_RETURN_NONE;
}
METHOD(closure_free)

// Argument Clinic's parsers: the interpreter fills them, once.
typedef struct _PyArg_Parser {
  const char *format;
  const char *const *keywords;
  PyObject *kwtuple;
  struct _PyArg_Parser *next;
} _PyArg_Parser;
#ifdef __cplusplus
extern "C"
#endif
PyObject *const *_PyArg_UnpackKeywords(PyObject *const *, Py_ssize_t, PyObject *, PyObject *, struct _PyArg_Parser *, int, int,
                                       int, int, PyObject **);
static PyObject *clinic(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames) {
  static const char *const keywords[] = {"value", NULL};
  static _PyArg_Parser parser = {NULL, keywords, NULL, NULL};
  PyObject *buffer[1];
  args = _PyArg_UnpackKeywords(args, nargs, NULL, kwnames, &parser, 1, 1, 0, 0, buffer);
  return args ? Py_NewRef(args[0]) : NULL;
}
PyMethodDef clinic_method[] = {
    {"clinic", (PyCFunction)(void (*)(void))clinic, METH_FASTCALL | METH_KEYWORDS, NULL}, {NULL, NULL, 0, NULL}};

// simplejson: a static state for versions that have no state of the module.
typedef struct {
  PyObject *encoder;
} State;
#if PY_VERSION_HEX < 0x03050000
static State static_state;
#define state_of(module) (&static_state)
#else
#define state_of(module) ((State *)PyModule_GetState(module))
#endif
static int exec(PyObject *module) {
  state_of(module)->encoder = PyDict_New();
  return 0;
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, sizeof(State), NULL, slots, NULL, NULL, NULL};
static PyObject *encoder(PyObject *module, PyObject *unused) { return Py_NewRef(state_of(module)->encoder); }
METHOD(encoder)

// Whether the interpreter goes away is asked, not stored.
static PyObject *poll(PyObject *module, PyObject *unused) {
  while (!Py_IsFinalizing())
    if (PyErr_CheckSignals() < 0)
      return NULL;
  Py_RETURN_NONE;
}
METHOD(poll)
// CHECK: end of report
