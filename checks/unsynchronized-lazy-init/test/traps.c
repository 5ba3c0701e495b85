// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init,ungil-mutable-global-state,ungil-unlocked-object-state,ungil-relaxed-publication,ungil-mixed-atomic-access' %s -- -I%py314t -std=gnu11 | %filecheck %s
// What projects make on first use and make right, as seen by all rules that look at it.
#include <Python.h>
#include <stdatomic.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// numpy's argument parser: names are interned by the first caller, under a lock, and read by index ever after.
typedef struct {
  int count;
  _Atomic(unsigned char) initialized;
  PyObject *names[4];
} Keywords;
static PyMutex parse_mutex;
static int intern_names(Keywords *cache, const char *name) {
  cache->count = 0;
  cache->names[cache->count] = PyUnicode_InternFromString(name);
  return cache->names[cache->count++] ? 0 : -1;
}
static PyObject *find_keyword(Keywords *cache, const char *name, PyObject *given) {
  if (!atomic_load_explicit(&cache->initialized, memory_order_acquire)) {
    PyMutex_Lock(&parse_mutex);
    if (!atomic_load_explicit(&cache->initialized, memory_order_acquire)) {
      if (intern_names(cache, name) < 0) {
        PyMutex_Unlock(&parse_mutex);
        return NULL;
      }
      atomic_store_explicit(&cache->initialized, 1, memory_order_release);
    }
    PyMutex_Unlock(&parse_mutex);
  }
  for (int i = 0; i < cache->count; i++)
    if (cache->names[i] == given)
      return Py_NewRef(given);
  return NULL;
}
static PyObject *reshape(PyObject *module, PyObject *given) {
  static Keywords cache;
  return find_keyword(&cache, "order", given);
}
METHOD(reshape)

// numpy's table of identities: found without the lock, made under it, both tables stored with release.
typedef struct {
  Py_ssize_t size;
  PyObject **slots;
} Buckets;
typedef struct {
  Buckets *buckets;
  PyMutex mutex;
} Table;
static Table table;
static PyObject *find_in(Table *in, PyObject *key) {
  Buckets *buckets = (Buckets *)_Py_atomic_load_ptr_acquire(&in->buckets);
  return buckets ? (PyObject *)_Py_atomic_load_ptr_acquire(&buckets->slots[(size_t)key % 8]) : NULL;
}
static int make_buckets(Table *in) {
  Buckets *made = (Buckets *)PyMem_Calloc(1, sizeof(Buckets));
  if (!made)
    return -1;
  made->size = 8;
  made->slots = (PyObject **)PyMem_Calloc(8, sizeof(PyObject *));
  _Py_atomic_store_ptr_release(&in->buckets, made);
  return 0;
}
static PyObject *look_up(PyObject *module, PyObject *key) {
  PyObject *found = find_in(&table, key);
  if (found)
    return Py_NewRef(found);
  PyMutex_Lock(&table.mutex);
  found = find_in(&table, key);
  if (!found && (table.buckets || make_buckets(&table) == 0)) {
    found = PyTuple_New(0);
    _Py_atomic_store_ptr_release(&table.buckets->slots[(size_t)key % 8], found);
  }
  PyMutex_Unlock(&table.mutex);
  return Py_XNewRef(found);
}
METHOD(look_up)

// cffi: the type keeps what a slice of it gives, in the type's critical section.
typedef struct {
  PyObject_HEAD
  PyObject *array;
} CType;
static PyObject *slice(PyObject *op, PyObject *unused) {
  CType *type = (CType *)op;
  PyObject *array;
  Py_BEGIN_CRITICAL_SECTION(type);
  array = type->array;
  if (array == NULL) {
    array = PyTuple_New(1);
    type->array = array;
  }
  Py_XINCREF(array);
  Py_END_CRITICAL_SECTION();
  return array;
}
METHOD(slice)

// zoneinfo: a list in the module's state, in the section of the type that every function takes.
typedef struct Zone {
  struct Zone *next;
  PyObject *key, *value;
} Zone;
typedef struct {
  Zone *recent;
} State;
static PyObject *zone_lock_held(State *state, PyObject *type, PyObject *key) {
  for (Zone *zone = state->recent; zone; zone = zone->next)
    if (zone->key == key)
      return Py_NewRef(zone->value);
  Zone *made = (Zone *)PyMem_Calloc(1, sizeof(Zone));
  if (!made)
    return NULL;
  made->key = Py_NewRef(key);
  made->value = PyTuple_New(0);
  made->next = state->recent;
  state->recent = made;
  return Py_XNewRef(made->value);
}
static PyObject *zone_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  State *state = (State *)PyType_GetModuleState(type);
  PyObject *zone;
  Py_BEGIN_CRITICAL_SECTION(type);
  zone = zone_lock_held(state, (PyObject *)type, args);
  Py_END_CRITICAL_SECTION();
  return zone;
}
static PyObject *clear_cache(PyObject *type, PyObject *unused) {
  State *state = (State *)PyType_GetModuleState((PyTypeObject *)type);
  Zone *old;
  Py_BEGIN_CRITICAL_SECTION(type);
  old = state->recent;
  state->recent = NULL;
  Py_END_CRITICAL_SECTION();
  while (old) {
    Zone *next = old->next;
    Py_DECREF(old->value);
    PyMem_Free(old);
    old = next;
  }
  Py_RETURN_NONE;
}
PyMethodDef zone_methods[] = {{"clear_cache", clear_cache, METH_NOARGS | METH_CLASS, NULL}, {NULL, NULL, 0, NULL}};
PyType_Slot zone_slots[] = {{Py_tp_new, (void *)zone_new}, {Py_tp_methods, zone_methods}, {0, NULL}};

// An exception that initialisation makes on first use, by a helper, and that methods raise.
static PyObject *error_type;
static int add_error(PyObject *module) {
  if (error_type == NULL) {
    error_type = PyErr_NewException("m.Error", NULL, NULL);
    if (!error_type)
      return -1;
  }
  return PyModule_AddObjectRef(module, "Error", error_type);
}
static PyObject *fail(PyObject *module, PyObject *unused) {
  PyErr_SetString(error_type, "no");
  return NULL;
}
METHOD(fail)
static int exec(PyObject *module) { return add_error(module); }
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, sizeof(State), NULL, slots, NULL, NULL, NULL};
// CHECK: end of report
