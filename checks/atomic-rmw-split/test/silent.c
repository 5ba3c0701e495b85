// RUN: %both --checks='-*,ungil-atomic-rmw-split' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <stdatomic.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// One operation.
static atomic_long hits;
static PyObject *count(PyObject *module, PyObject *unused) {
  hits++;
  hits += 2;
  atomic_fetch_add_explicit(&hits, 1, memory_order_relaxed);
  Py_RETURN_NONE;
}
METHOD(count)

// A load that feeds a compare-and-swap.
static atomic_long top;
static PyObject *raise_top(PyObject *module, PyObject *value) {
  long wanted = PyLong_AsLong(value), seen = atomic_load_explicit(&top, memory_order_relaxed);
  while (seen < wanted && !atomic_compare_exchange_weak(&top, &seen, wanted))
    ;
  Py_RETURN_NONE;
}
METHOD(raise_top)

// Every writer holds the lock; readers need none.
static PyMutex lock;
static atomic_long guarded;
static PyObject *locked(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&lock);
  atomic_store(&guarded, atomic_load(&guarded) + 1);
  PyMutex_Unlock(&lock);
  return PyLong_FromLong(atomic_load(&guarded));
}
METHOD(locked)

// The value stored has nothing to do with the one loaded.
static atomic_long last;
static PyObject *swap_last(PyObject *module, PyObject *value) {
  long old = atomic_load(&last);
  atomic_store(&last, PyLong_AsLong(value));
  return PyLong_FromLong(old);
}
METHOD(swap_last)

// A cursor that is checked against the bound before it is used: an item may come twice, none is read out of bounds.
typedef struct {
  PyObject_HEAD
  Py_ssize_t index, length;
  PyObject **items;
} Cursor;
static PyObject *cursor_next(PyObject *self) {
  Cursor *cursor = (Cursor *)self;
  Py_ssize_t index = _Py_atomic_load_ssize_relaxed(&cursor->index);
  if (index >= cursor->length)
    return NULL;
  _Py_atomic_store_ssize_relaxed(&cursor->index, index + 1);
  return Py_NewRef(cursor->items[index]);
}
static PyType_Slot cursor_slots[] = {{Py_tp_iternext, cursor_next}, {0, NULL}};
PyType_Spec cursor_spec = {"m.Cursor", sizeof(Cursor), 0, 0, cursor_slots};

// Nobody else sees the object yet.
static PyObject *cursor_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Cursor *cursor = (Cursor *)type->tp_alloc(type, 0);
  if (cursor)
    _Py_atomic_store_ssize_relaxed(&cursor->index, _Py_atomic_load_ssize_relaxed(&cursor->index) + 1);
  return (PyObject *)cursor;
}
PyType_Slot new_slots[] = {{Py_tp_new, cursor_new}, {0, NULL}};

// Setting a flag twice is the same as setting it once.
static atomic_int seen;
static PyObject *see(PyObject *module, PyObject *unused) {
  if (!atomic_load(&seen))
    atomic_store(&seen, 1);
  Py_RETURN_NONE;
}
METHOD(see)
