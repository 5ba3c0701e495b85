// RUN: %both --checks='-*,ungil-atomic-rmw-split' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <stdatomic.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static atomic_long c11;
static PyObject *use_c11(PyObject *module, PyObject *unused) {
  atomic_store(&c11, atomic_load(&c11) + 1); // BAD
  Py_RETURN_NONE;
}
METHOD(use_c11)

static _Atomic(long) qualified;
static PyObject *use_qualified(PyObject *module, PyObject *unused) {
  qualified = qualified + 1; // BAD
  Py_RETURN_NONE;
}
METHOD(use_qualified)

static int builtin;
static PyObject *use_builtin(PyObject *module, PyObject *unused) {
  int old = __atomic_load_n(&builtin, __ATOMIC_ACQUIRE);
  __atomic_store_n(&builtin, old * 2, __ATOMIC_RELEASE); // BAD
  Py_RETURN_NONE;
}
METHOD(use_builtin)

static int python;
static PyObject *use_python(PyObject *module, PyObject *unused) {
  _Py_atomic_store_int_relaxed(&python, _Py_atomic_load_int_relaxed(&python) + 1); // BAD
  Py_RETURN_NONE;
}
METHOD(use_python)
