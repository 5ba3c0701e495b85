// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Functions that other units call: whoever makes a Python object on first use expects to be called at run time.
#include <Python.h>

static PyObject *decimal;
PyObject *get_decimal(void) {
  if (decimal == NULL)
    decimal = PyImport_ImportModule("decimal");
  return Py_XNewRef(decimal);
}

// What sets up a module runs once, itself or by a helper.
static PyObject *error, *warning;
int add_error(PyObject *module) {
  if (error == NULL)
    error = PyErr_NewException("module.error", NULL, NULL);
  return PyModule_AddObjectRef(module, "error", error);
}
static int add(PyObject *module, const char *name, PyObject **exception) {
  if (*exception == NULL)
    *exception = PyErr_NewException(name, NULL, NULL);
  return PyModule_AddObjectRef(module, name, *exception);
}
int add_warning(PyObject *module) { return add(module, "module.warning", &warning); }

// Plain memory may well be set up before threads run.
static char *name;
const char *get_name(void) {
  if (name == NULL)
    name = strdup("name");
  return name;
}
// CHECK: :[[@LINE-26]]:7: warning: 'decimal' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-28]]:11: note: 'get_decimal' can be called from elsewhere, by any thread
// CHECK-NEXT: :[[@LINE-27]]:5: note: stored here in 'get_decimal'
// CHECK-NEXT: :[[@LINE-29]]:7: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first
// CHECK: end of report
