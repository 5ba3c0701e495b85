// Lengths that accessors read, and what dropping a reference does.
// RUN: %both --checks='-*,ungil-critical-section-suspended' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-critical-section-suspended' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject **items;
  PyObject *callback;
} Box;

static PyObject *length(PyObject *self, PyObject *list) {
  PyObject *result = NULL;
  Py_BEGIN_CRITICAL_SECTION(list);
  Py_ssize_t n = PyList_GET_SIZE(list);
  for (Py_ssize_t i = 0; i < n; i++) {
    PyObject *item = Py_NewRef(PyList_GET_ITEM(list, i));
    Py_XSETREF(result, PyObject_CallOneArg(self, item));
    Py_DECREF(item);
  }
  Py_END_CRITICAL_SECTION();
  return result;
}
// CHECK: :[[@LINE-8]]:26: {{error|warning}}: 'n' was read before 'PyObject_CallOneArg', which can suspend the critical section; another thread can have changed it since
// CHECK-NEXT: note: 'length' is a method
// CHECK-NEXT: :[[@LINE-12]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-12]]:18: note: read here
// CHECK-NEXT: :[[@LINE-10]]:{{[0-9]+}}: note: the section can be suspended here, and other threads run
// CHECK-NEXT: :[[@LINE-13]]:26: note: read it again after the call

static PyObject *after_clear(PyObject *self, PyObject *unused) {
  Box *box = (Box *)self;
  PyObject *first;
  Py_BEGIN_CRITICAL_SECTION(self);
  PyObject **items = box->items;
  Py_CLEAR(box->callback);
  first = Py_NewRef(items[0]);
  Py_END_CRITICAL_SECTION();
  return first;
}
// CHECK: :[[@LINE-4]]:{{[0-9]+}}: {{error|warning}}: 'items' was read before 'Py_{{[A-Z_]+}}', which can suspend the critical section; another thread can have changed 'items' since
// CHECK-NEXT: note: 'after_clear' is a method
// CHECK-NEXT: :[[@LINE-9]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-9]]:22: note: read here
// CHECK-NEXT: :[[@LINE-9]]:3: note: the section can be suspended here, and other threads run
// CHECK-NEXT: :[[@LINE-9]]:{{[0-9]+}}: note: read it again after the call, or take a reference before it

static PyObject *replace(PyObject *self, PyObject *callback) {
  Box *box = (Box *)self;
  Py_BEGIN_CRITICAL_SECTION(self);
  box->items = (PyObject **)PyMem_Realloc(box->items, 2 * sizeof(PyObject *));
  box->callback = Py_NewRef(callback);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

// Read again in each round.
static PyObject *length_again(PyObject *self, PyObject *list) {
  PyObject *result = NULL;
  Py_BEGIN_CRITICAL_SECTION(list);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
    PyObject *item = Py_NewRef(PyList_GET_ITEM(list, i));
    Py_XSETREF(result, PyObject_CallOneArg(self, item));
    Py_DECREF(item);
  }
  Py_END_CRITICAL_SECTION();
  return result;
}
// CHECK-NEXT: end of report

PyMethodDef methods[] = {{"length", length, METH_O, NULL},
                         {"clear", after_clear, METH_NOARGS, NULL},
                         {"replace", replace, METH_O, NULL},
                         {"again", length_again, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
