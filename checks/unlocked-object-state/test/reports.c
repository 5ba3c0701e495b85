// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  PyObject **items;
  Py_ssize_t n, cap;
  int verbose;
} Stack;

static int grow(Stack *self) {
  PyObject **larger = (PyObject **)PyMem_Realloc(self->items, sizeof(PyObject *) * (size_t)(self->cap * 2 + 4));
  if (!larger)
    return -1;
  self->items = larger;
  self->cap = self->cap * 2 + 4;
  return 0;
}
static PyObject *push(PyObject *op, PyObject *value) {
  Stack *self = (Stack *)op;
  if (self->n == self->cap && grow(self) < 0)
    return NULL;
  self->items[self->n++] = Py_NewRef(value);
  Py_RETURN_NONE;
}
METHOD(push)
static PyObject *top(PyObject *op, PyObject *unused) {
  Stack *self = (Stack *)op;
  return self->n > 0 ? Py_NewRef(self->items[self->n - 1]) : NULL;
}
METHOD(top)

// A library's state behind a pointer.
struct hasher;
void hasher_update(struct hasher *, const char *, Py_ssize_t);
unsigned long hasher_digest(const struct hasher *);
typedef struct {
  PyObject_HEAD
  struct hasher *state;
} Hash;
static PyObject *update(PyObject *op, PyObject *data) {
  hasher_update(((Hash *)op)->state, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data));
  Py_RETURN_NONE;
}
METHOD(update)
static PyObject *digest(PyObject *op, PyObject *unused) {
  return PyLong_FromUnsignedLong(hasher_digest(((Hash *)op)->state));
}
METHOD(digest)
// CHECK: :[[@LINE-35]]:3: warning: 'Stack.items' is modified in 'grow' without synchronisation while 'push' uses it; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-25]]:1: note: 'push' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-31]]:31: note: which calls 'grow' here
// CHECK-NEXT: :[[@LINE-30]]:3: note: used here in 'push'
// CHECK-NEXT: :[[@LINE-28]]:1: note: 'push' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-34]]:31: note: 'push' writes 'items', 'n' and 'cap' and reads 'items', 'n' and 'cap'
// CHECK-NEXT: :[[@LINE-27]]:24: note: 'top' reads 'items' and 'n'
// CHECK-NEXT: :[[@LINE-42]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-16]]:17: warning: '*Hash.state' is modified in 'update' without synchronisation while 'digest' uses it; threads corrupt it on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-14]]:1: note: 'update' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-13]]:48: note: used here in 'digest'
// CHECK-NEXT: :[[@LINE-12]]:1: note: 'digest' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-20]]:17: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
