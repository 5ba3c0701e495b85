// RUN: %both --checks='-*,ungil-unlocked-setref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-setref' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

typedef struct {
  PyObject_HEAD
  PyObject *wrapped, *callback, *name, *extra;
} Proxy;

// The macros.
static PyObject *set_callback(PyObject *op, PyObject *value) {
  Py_XSETREF(((Proxy *)op)->callback, Py_NewRef(value));
  Py_RETURN_NONE;
}
METHOD(set_callback)
static PyObject *get_callback(PyObject *op, PyObject *unused) {
  return Py_XNewRef(((Proxy *)op)->callback);
}
METHOD(get_callback)

// Old value in a local variable.
static int set_wrapped(PyObject *op, PyObject *value, void *closure) {
  Proxy *self = (Proxy *)op;
  PyObject *old = self->wrapped;
  self->wrapped = Py_NewRef(value);
  Py_XDECREF(old);
  return 0;
}
PyGetSetDef proxy_getset[] = {{"wrapped", NULL, set_wrapped, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};

// Released first, which lets Python code see the dead object even with one thread. Twice, so the second is a note.
static PyObject *rename_to(PyObject *op, PyObject *value) {
  Proxy *self = (Proxy *)op;
  Py_XDECREF(self->name);
  self->name = Py_NewRef(value);
  Py_RETURN_NONE;
}
METHOD(rename_to)
static PyObject *forget(PyObject *op, PyObject *unused) {
  Py_CLEAR(((Proxy *)op)->name);
  Py_RETURN_NONE;
}
METHOD(forget)

// tp_clear that a method calls is no tear-down.
static int proxy_clear(PyObject *op) {
  Py_CLEAR(((Proxy *)op)->extra);
  return 0;
}
static PyObject *clear(PyObject *op, PyObject *unused) {
  proxy_clear(op);
  Py_RETURN_NONE;
}
METHOD(clear)
PyType_Slot proxy_slots[] = {{Py_tp_clear, (void *)proxy_clear}, {0, NULL}};
// CHECK: :[[@LINE-44]]:3: error: 'Py_XSETREF' on shared field 'Proxy.callback' is not atomic; two writers can release the same old value, and 'get_callback' reads it without a lock [ungil-unlocked-setref]
// CHECK-NEXT: :[[@LINE-42]]:1: note: 'set_callback' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-41]]:10: note: 'get_callback' reads it
// CHECK-NEXT: :[[@LINE-47]]:3: note: swap the reference in the object's critical section and release the old one after its end
// CHECK-NEXT: :[[@LINE-35]]:3: error: replacing the reference in shared field 'Proxy.wrapped' and releasing it with 'Py_XDECREF' is not atomic; two writers can release the same old value [ungil-unlocked-setref]
// CHECK-NEXT: :[[@LINE-32]]:49: note: 'set_wrapped' is a setter; several threads can run it at once
// CHECK-NEXT: :[[@LINE-36]]:3: note: the old value is released here
// CHECK-NEXT: :[[@LINE-38]]:3: note: swap the reference in the object's critical section and release the old one after its end
// CHECK-NEXT: :[[@LINE-29]]:3: error: replacing the reference in shared field 'Proxy.name' and releasing it with 'Py_XDECREF' is not atomic; two writers can release the same old value [ungil-unlocked-setref]
// CHECK-NEXT: :[[@LINE-27]]:1: note: 'rename_to' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-32]]:3: note: the old value is released here
// CHECK-NEXT: :[[@LINE-27]]:3: note: 'forget' replaces it too
// CHECK-NEXT: :[[@LINE-33]]:3: note: swap the reference in the object's critical section and release the old one after its end
// CHECK-NEXT: :[[@LINE-22]]:3: error: 'Py_CLEAR' on shared field 'Proxy.extra' is not atomic; two writers can release the same old value [ungil-unlocked-setref]
// CHECK-NEXT: :[[@LINE-16]]:1: note: 'clear' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-20]]:3: note: which calls 'proxy_clear' here
// CHECK-NEXT: :[[@LINE-25]]:3: note: swap the reference in the object's critical section and release the old one after its end
// CHECK: end of report
