// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Copies that a function makes unless nobody else has the object; branches that are never taken; slots of other
// libraries; functions behind pointers that only look.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
typedef struct Number { PyObject_HEAD Py_ssize_t *digits; } Number;

static Number *as_number(PyObject *op) { return (Number *)Py_NewRef(op); }
static Number *own_copy(PyObject *op) {
  Number *result = as_number(op), *copy;
  if (result == NULL)
    return result;
  if (Py_REFCNT(result) == 1)
    return result;
  copy = PyObject_New(Number, Py_TYPE(op));
  return copy;
}
static PyObject *negated(PyObject *op, PyObject *unused) {
  Number *result = own_copy(op);
  result->digits = NULL;
  return (PyObject *)result;
}
METHOD(negated)

// Not a copy: the count is of no interest.
typedef struct Lent { PyObject_HEAD Py_ssize_t *digits; } Lent;
static Lent *same(PyObject *op) {
  Lent *result = (Lent *)Py_NewRef(op);
  if (Py_REFCNT(result) == 2)
    return result;
  return PyObject_New(Lent, Py_TYPE(op));
}
static PyObject *changed(PyObject *op, PyObject *unused) {
  Lent *it = same(op);
  it->digits = NULL;
  Py_RETURN_NONE;
}
METHOD(changed)
static PyObject *shown(PyObject *op, PyObject *unused) { return PyLong_FromSsize_t(*((Lent *)op)->digits); }
METHOD(shown)

typedef struct Handle { PyObject_HEAD struct Opaque *ptr; } Handle;
void opaque_destroy(struct Opaque *);
int opaque_size(const struct Opaque *);
static PyObject *measured(PyObject *op, PyObject *unused) {
  char patched = 0;
  int size = opaque_size(((Handle *)op)->ptr);
  if (patched && size)
    opaque_destroy(((Handle *)op)->ptr);
  return PyLong_FromLong(size);
}
METHOD(measured)

typedef struct Aux { struct Aux *(*clone)(struct Aux *); char *text; } Aux;
typedef struct Descr { PyObject_HEAD Aux *aux; } Descr;
static PyObject *cloned(PyObject *op, PyObject *unused) {
  Aux *aux = ((Descr *)op)->aux;
  return PyLong_FromVoidPtr(aux->clone(aux));
}
METHOD(cloned)

#define OTHER_first 1
typedef struct Cast { PyObject_HEAD Py_ssize_t *sizes; } Cast;
static int resolve(PyObject *op, Py_buffer *view) {
  ((Cast *)op)->sizes = NULL;
  return 0;
}
static PyType_Slot methods[] = {{OTHER_first, resolve}, {0, NULL}};
PyType_Slot *other_library(void) { return methods; }

typedef struct Owned { PyObject_HEAD char *digits; } Owned;
static Owned *own_copy_of(PyObject *op) {
  Owned *result = (Owned *)Py_NewRef(op), *copy;
  if (!result || Py_REFCNT(result) == 1)
    return result;
  if ((copy = PyObject_New(Owned, Py_TYPE(op))))
    copy->digits = NULL;
  Py_DECREF(result);
  return copy;
}
static PyObject *opposite(PyObject *op, PyObject *value) {
  Owned *number = own_copy_of(value);
  if (number)
    number->digits = NULL;
  return (PyObject *)number;
}
METHOD(opposite)
static PyObject *first_digit(PyObject *op, PyObject *unused) { return PyLong_FromLong(*((Owned *)op)->digits); }
METHOD(first_digit)
// CHECK: :[[@LINE-55]]:3: warning: 'Lent.digits' is modified in 'changed' without synchronisation while 'shown' uses it; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-53]]:1: note: 'changed' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-53]]:85: note: used here in 'shown'
// CHECK-NEXT: :[[@LINE-53]]:1: note: 'shown' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-59]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
