// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init,ungil-borrowed-ref-race,ungil-sequence-fast-macro,ungil-borrowed-field-return,ungil-unlocked-setref,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// A type object of CPython that fills a field on first use, and shows its items: without a lock, in a critical section
// that the call in it suspends, and as it was repaired. What only __init__ sets is taken for part of
// construction.
#include <Python.h>

#define GETTER(f) PyGetSetDef f##_getter[] = {{#f, f, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  PyObject *args, *open, *suspended, *checked;
} Union;

static PyObject *make(Union *self) { return PyObject_CallOneArg((PyObject *)Py_TYPE(self), self->args); }

static PyObject *get_open(PyObject *op, void *unused) {
  Union *self = (Union *)op;
  if (self->open == NULL)
    self->open = make(self);
  return Py_XNewRef(self->open);
}
GETTER(get_open)

static PyObject *get_suspended(PyObject *op, void *unused) {
  Union *self = (Union *)op;
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(op);
  if (self->suspended == NULL)
    self->suspended = make(self);
  result = Py_XNewRef(self->suspended);
  Py_END_CRITICAL_SECTION();
  return result;
}
GETTER(get_suspended)

static PyObject *get_checked(PyObject *op, void *unused) {
  Union *self = (Union *)op;
  PyObject *made = make(self), *result;
  if (!made)
    return NULL;
  Py_BEGIN_CRITICAL_SECTION(op);
  if (self->checked == NULL)
    self->checked = Py_NewRef(made);
  result = Py_NewRef(self->checked);
  Py_END_CRITICAL_SECTION();
  Py_DECREF(made);
  return result;
}
GETTER(get_checked)

// list_repr
static PyObject *repr_borrowed(PyObject *list) {
  PyObject *text = PyUnicode_FromString("[");
  for (Py_ssize_t i = 0; text && i < PyList_GET_SIZE(list); ++i)
    PyUnicode_AppendAndDel(&text, PyObject_Repr(PyList_GET_ITEM(list, i)));
  return text;
}
static PyObject *repr_owned(PyObject *list) {
  PyObject *text = PyUnicode_FromString("[");
  for (Py_ssize_t i = 0; text && i < PyList_GET_SIZE(list); ++i) {
    PyObject *item = PyList_GetItemRef(list, i);
    if (!item)
      break;
    PyUnicode_AppendAndDel(&text, PyObject_Repr(item));
    Py_DECREF(item);
  }
  return text;
}
PyType_Slot borrowed_slots[] = {{Py_tp_repr, repr_borrowed}, {0, NULL}};
PyType_Slot owned_slots[] = {{Py_tp_repr, repr_owned}, {0, NULL}};

// classmethod and staticmethod: __init__ sets, everything reads.
typedef struct {
  PyObject_HEAD
  PyObject *callable;
} Method;
static int method_init(PyObject *op, PyObject *args, PyObject *kwargs) {
  Method *self = (Method *)op;
  PyObject *callable;
  if (!PyArg_ParseTuple(args, "O", &callable))
    return -1;
  Py_XSETREF(self->callable, Py_NewRef(callable));
  return 0;
}
static PyObject *method_get(PyObject *op, PyObject *unused) { return Py_XNewRef(((Method *)op)->callable); }
METHOD(method_get)
PyType_Slot method_slots[] = {{Py_tp_init, method_init}, {0, NULL}};
// CHECK: :[[@LINE-70]]:7: warning: 'Union.open' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-67]]:1: note: 'get_open' is a getter; several threads can run it at once
// CHECK-NEXT: :[[@LINE-71]]:5: note: stored here in 'get_open'
// CHECK-NEXT: :[[@LINE-73]]:7: note: make the value first, then test and store in the object's critical section, and drop the value if another thread was first
// CHECK: :[[@LINE-64]]:7: warning: 'Union.suspended' is initialised on first use in a critical section that the initialiser can suspend; concurrent callers can both initialise it (leaks a reference) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-59]]:1: note: 'get_suspended' is a getter; several threads can run it at once
// CHECK-NEXT: :[[@LINE-65]]:23: note: this call can run Python code or wait, which suspends the critical section
// CHECK-NEXT: :[[@LINE-66]]:5: note: stored here in 'get_suspended', holding 'op'
// CHECK-NEXT: :[[@LINE-68]]:7: note: test again before the store, and drop the new value if another thread was first
// CHECK: :[[@LINE-42]]:49: warning: 'PyList_GET_ITEM' reads the storage of the argument 'list'; another thread can change the list and free the storage or the item while it is used [ungil-sequence-fast-macro]
// CHECK-NEXT: :[[@LINE-29]]:46: note: 'repr_borrowed' is tp_repr; several threads can run it at once
// CHECK-NEXT: :[[@LINE-44]]:49: note: read items with PyList_GetItemRef (3.13, pythoncapi_compat.h before), make a copy that is yours with PySequence_Tuple, or hold a critical section on the list
// CHECK: end of report
