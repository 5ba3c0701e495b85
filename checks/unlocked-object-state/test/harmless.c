// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Numbers whose races do no harm to memory, beside those whose races do.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
PyObject *item_of(PyObject *list, Py_ssize_t index);
int set_limit(long limit);
int __gmpz_tstbit(const void *number, unsigned long bit);

// A setting that is replaced as a whole and compared.
typedef struct {
  PyObject_HEAD
  long least;
} Settings;
static PyObject *set_least(PyObject *op, PyObject *value) {
  ((Settings *)op)->least = PyLong_AsLong(value);
  Py_RETURN_NONE;
}
METHOD(set_least)
static PyObject *is_allowed(PyObject *op, PyObject *value) {
  Settings *self = (Settings *)op;
  long given = PyLong_AsLong(value);
  if (given < self->least && set_limit(self->least))
    return NULL;
  return PyBool_FromLong(given >= self->least);
}
METHOD(is_allowed)

// An iterator that may give an item twice: the function takes any number.
typedef struct {
  PyObject_HEAD
  unsigned long bit, end;
  const void *number;
} Bits;
static PyObject *bits_next(PyObject *op) {
  Bits *self = (Bits *)op;
  if (self->bit >= self->end)
    return NULL;
  return PyBool_FromLong(__gmpz_tstbit(self->number, self->bit++));
}
PyType_Slot bits_slots[] = {{Py_tp_iternext, bits_next}, {0, NULL}};

// The same with a function that may not.
typedef struct {
  PyObject_HEAD
  Py_ssize_t next, size;
  PyObject *list;
} Items;
static PyObject *items_next(PyObject *op) {
  Items *self = (Items *)op;
  if (self->next >= self->size)
    return NULL;
  PyObject *item = item_of(self->list, self->next);
  self->next++;
  return item;
}
PyType_Slot items_slots[] = {{Py_tp_iternext, items_next}, {0, NULL}};

// A method that advances the number is no iterator's.
typedef struct {
  PyObject_HEAD
  long next;
} Numbers;
static PyObject *take(PyObject *op, PyObject *unused) { return PyLong_FromLong(((Numbers *)op)->next++); }
METHOD(take)

// Flags that are collected and only shown; those that decide; and a sum.
typedef struct {
  PyObject_HEAD
  long flags;
} Shown;
static PyObject *add_shown(PyObject *op, PyObject *value) {
  ((Shown *)op)->flags |= PyLong_AsLong(value);
  Py_RETURN_NONE;
}
METHOD(add_shown)
static PyObject *get_shown(PyObject *op, PyObject *unused) { return PyLong_FromLong(((Shown *)op)->flags); }
METHOD(get_shown)
typedef struct {
  PyObject_HEAD
  long flags;
} Deciding;
static PyObject *add_deciding(PyObject *op, PyObject *value) {
  ((Deciding *)op)->flags |= PyLong_AsLong(value);
  Py_RETURN_NONE;
}
METHOD(add_deciding)
static PyObject *is_full(PyObject *op, PyObject *unused) {
  if (((Deciding *)op)->flags)
    Py_RETURN_TRUE;
  Py_RETURN_FALSE;
}
METHOD(is_full)
typedef struct {
  PyObject_HEAD
  long bytes;
} Sum;
static PyObject *add(PyObject *op, PyObject *value) { return PyLong_FromLong(((Sum *)op)->bytes += PyLong_AsLong(value)); }
METHOD(add)

// Counted under a lock, and asked before it is taken: late at worst.
typedef struct {
  PyObject_HEAD
  PyMutex mutex;
  char started;
} Decoder;
static PyObject *decode(PyObject *op, PyObject *value) {
  Decoder *self = (Decoder *)op;
  if (self->started == 0 && PyObject_Size(value) < 5)
    return NULL;
  PyMutex_Lock(&self->mutex);
  if (self->started == 0)
    self->started++;
  PyMutex_Unlock(&self->mutex);
  Py_RETURN_NONE;
}
METHOD(decode)
// CHECK: :[[@LINE-64]]:3: warning: 'Items.next' is modified in 'items_next' without synchronisation while another thread runs the same function; a thread can index with a value that another is changing on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-62]]:47: note: 'items_next' is tp_iternext; several threads can run it at once
// CHECK-NEXT: :[[@LINE-66]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: :[[@LINE-57]]:80: warning: 'Numbers.next' is modified in 'take' without synchronisation while another thread runs the same function; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-57]]:1: note: 'take' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-59]]:80: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: :[[@LINE-40]]:3: warning: 'Deciding.flags' is modified in 'add_deciding' without synchronisation while 'is_full' uses it; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-38]]:1: note: 'add_deciding' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-37]]:7: note: used here in 'is_full'
// CHECK-NEXT: :[[@LINE-34]]:1: note: 'is_full' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-44]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: :[[@LINE-31]]:78: warning: 'Sum.bytes' is modified in 'add' without synchronisation while another thread runs the same function; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-31]]:1: note: 'add' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-33]]:78: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
