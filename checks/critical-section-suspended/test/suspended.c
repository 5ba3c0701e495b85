// RUN: %both --checks='-*,ungil-critical-section-suspended' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-critical-section-suspended' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject **items;
  Py_ssize_t size;
  PyObject *hook;
  PyObject *fixed;
} Stack;

static PyObject *push(PyObject *self, PyObject *item) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  s->items = (PyObject **)PyMem_Realloc(s->items, sizeof(PyObject *) * (size_t)(s->size + 1));
  s->items[s->size++] = Py_NewRef(item);
  s->hook = item;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyObject *cached_storage(PyObject *self, PyObject *callback) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject **items = s->items;
  for (Py_ssize_t i = 0; i < s->size; i++)
    Py_XDECREF(PyObject_CallOneArg(callback, items[i]));
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:5: warning: 'items' was read before 'PyObject_CallOneArg', which can suspend the critical section; another thread can have changed 'items' since [ungil-critical-section-suspended]
// CHECK-NEXT: :[[@LINE+184]]:41: note: 'cached_storage' is a method
// CHECK-NEXT: :[[@LINE-9]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-9]]:22: note: read here
// CHECK-NEXT: :[[@LINE-8]]:5: note: the section can be suspended here, and other threads run
// CHECK-NEXT: :[[@LINE-9]]:5: note: read it again after the call, or take a reference before it

static PyObject *cached_length(PyObject *self, PyObject *callback) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  Py_ssize_t size = s->size;
  for (Py_ssize_t i = 0; i < size; i++) {
    PyObject *item = Py_NewRef(s->items[i]);
    Py_XDECREF(PyObject_CallOneArg(callback, item));
    Py_DECREF(item);
  }
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-8]]:26: warning: 'size' was read before 'PyObject_CallOneArg'
// CHECK-NEXT: :[[@LINE+165]]:78: note: 'cached_length' is a method
// CHECK-NEXT: :[[@LINE-12]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-12]]:21: note: read here
// CHECK-NEXT: :[[@LINE-10]]:5: note: the section can be suspended here, and other threads run
// CHECK-NEXT: :[[@LINE-13]]:26: note: read it again after the call

static PyObject *stored_back(PyObject *self, PyObject *callback) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  Py_ssize_t size = s->size;
  Py_XDECREF(PyObject_CallNoArgs(callback));
  s->size = size + 1;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:13: warning: 'size' was read before 'PyObject_CallNoArgs'
// CHECK-NEXT: :[[@LINE+150]]:11: note: 'stored_back' is a method
// CHECK-NEXT: :[[@LINE-9]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-9]]:21: note: read here
// CHECK-NEXT: :[[@LINE-9]]:3: note: the section can be suspended here, and other threads run
// CHECK-NEXT: :[[@LINE-9]]:13: note: read it again after the call

static PyObject *borrowed_item(PyObject *self, PyObject *callback) {
  Stack *s = (Stack *)self;
  PyObject *r = NULL;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject *hook = s->hook;
  Py_XDECREF(PyObject_CallNoArgs(callback));
  r = PyObject_Type(hook);
  Py_END_CRITICAL_SECTION();
  return r;
}
// CHECK: :[[@LINE-4]]:7: warning: 'hook' was read before 'PyObject_CallNoArgs'
// CHECK-NEXT: :[[@LINE+133]]:45: note: 'borrowed_item' is a method
// CHECK-NEXT: :[[@LINE-9]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-9]]:20: note: read here
// CHECK-NEXT: :[[@LINE-9]]:3: note: the section can be suspended here, and other threads run
// CHECK-NEXT: :[[@LINE-9]]:7: note: read it again after the call, or take a reference before it

static PyObject *of_a_list(PyObject *list, PyObject *callback) {
  Py_BEGIN_CRITICAL_SECTION(list);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
    PyObject *item = PyList_GET_ITEM(list, i);
    Py_XDECREF(PyObject_CallOneArg(callback, item));
    Py_XDECREF(PyObject_Type(item));
  }
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:5: warning: 'item' was read before 'PyObject_CallOneArg'
// CHECK-NEXT: :[[@LINE+116]]:81: note: 'of_a_list' is a method
// CHECK-NEXT: :[[@LINE-11]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-10]]:22: note: read here
// CHECK-NEXT: :[[@LINE-10]]:5: note: the section can be suspended here, and other threads run
// CHECK-NEXT: :[[@LINE-10]]:5: note: read it again after the call, or take a reference before it

static PyObject *across_another_section(PyObject *self, PyObject *other) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject **items = s->items;
  Py_BEGIN_CRITICAL_SECTION(other);
  items[0] = other;
  Py_END_CRITICAL_SECTION();
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:3: warning: 'items' was read before 'PyCriticalSection_Begin'
// CHECK-NEXT: :[[@LINE+100]]:11: note: 'across_another_section' is a method
// CHECK-NEXT: :[[@LINE-10]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-10]]:22: note: read here
// CHECK-NEXT: :[[@LINE-10]]:3: note: the section can be suspended here, and other threads run
// CHECK-NEXT: :[[@LINE-10]]:3: note: read it again after the call, or take a reference before it

// Nothing below is reported.
// CHECK-NOT: ungil-critical-section-suspended

static PyObject *read_every_time(PyObject *self, PyObject *callback) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  for (Py_ssize_t i = 0; i < s->size; i++) {
    PyObject *item = Py_NewRef(s->items[i]);
    Py_XDECREF(PyObject_CallOneArg(callback, item));
    Py_DECREF(item);
  }
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyObject *counted_before(PyObject *self, PyObject *callback) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject *hook = s->hook;
  Py_INCREF(hook);
  Py_XDECREF(PyObject_CallOneArg(callback, hook));
  Py_DECREF(hook);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyObject *last_use_is_the_call(PyObject *self, PyObject *callback) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  Py_ssize_t size = s->size;
  Py_XDECREF(PyObject_CallFunction(callback, "n", size));
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyObject *read_again(PyObject *self, PyObject *callback) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject **items = s->items;
  Py_XDECREF(PyObject_CallOneArg(callback, items[0]));
  items = s->items;
  items[0] = Py_NewRef(callback);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyObject *nobody_changes_it(PyObject *self, PyObject *callback) {
  Stack *s = (Stack *)self;
  PyObject *r = NULL;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject *fixed = s->fixed;
  Py_XDECREF(PyObject_CallNoArgs(callback));
  r = PyObject_Type(fixed);
  Py_END_CRITICAL_SECTION();
  return r;
}

static PyObject *nothing_runs(PyObject *self, PyObject *item) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject **items = s->items;
  Py_ssize_t size = s->size;
  items[size] = Py_NewRef(item);
  s->size = size + 1;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

// A second section on the object that is locked already does not wait, from 3.14 on.
static PyObject *begun_again(PyObject *self, PyObject *item) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject **items = s->items;
  Py_BEGIN_CRITICAL_SECTION(self);
  items[0] = Py_NewRef(item);
  Py_END_CRITICAL_SECTION();
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

// A conversion runs Python code for few types only: possible, and not printed by default.
static PyObject *a_conversion(PyObject *self, PyObject *number) {
  Stack *s = (Stack *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject **items = s->items;
  Py_ssize_t index = PyNumber_AsSsize_t(number, NULL);
  items[index] = Py_NewRef(number);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"push", push, METH_O, NULL}, {"a", cached_storage, METH_O, NULL}, {"b", cached_length, METH_O, NULL},
    {"c", stored_back, METH_O, NULL}, {"d", borrowed_item, METH_O, NULL}, {"e", of_a_list, METH_O, NULL},
    {"f", across_another_section, METH_O, NULL}, {"g", read_every_time, METH_O, NULL}, {"h", counted_before, METH_O, NULL},
    {"i", last_use_is_the_call, METH_O, NULL}, {"j", read_again, METH_O, NULL}, {"k", nobody_changes_it, METH_O, NULL},
    {"l", nothing_runs, METH_O, NULL}, {"m", a_conversion, METH_O, NULL}, {"n", begun_again, METH_O, NULL}, {NULL, NULL, 0, NULL}};
