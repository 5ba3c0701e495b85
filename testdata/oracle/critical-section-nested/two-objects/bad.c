// rule: ungil-critical-section-nested
// oracle: check
// needs: free-threaded
// driver: threads
// since: 3.13
//
// Waiting for the inner section gives the outer one up: another thread is in it at the same time.

#include "fixture.h"

#include <stdatomic.h>

typedef struct {
  PyObject_HEAD
  long inside;
} Account;

static PyType_Slot slots[] = {{0, NULL}};
static PyType_Spec spec = {"fixture.Account", sizeof(Account), 0, Py_TPFLAGS_DEFAULT, slots};
static PyObject *first, *second;
static _Atomic long violations;

static void spin(long n) {
  for (volatile long i = 0; i < n; ++i)
    ;
}

static void transfer(Account *from, Account *to) {
  Py_BEGIN_CRITICAL_SECTION(from);
  from->inside = 1;
  Py_BEGIN_CRITICAL_SECTION(to); // FLAG
  if (from->inside != 1)
    atomic_fetch_add(&violations, 1);
  from->inside = 0;
  Py_END_CRITICAL_SECTION();
  Py_END_CRITICAL_SECTION();
}

static PyObject *run(PyObject *module, PyObject *thread) {
  if (PyLong_AsLong(thread) < 2) {
    transfer((Account *)first, (Account *)second);
  } else {
    Py_BEGIN_CRITICAL_SECTION(second);
    spin(20000);
    Py_END_CRITICAL_SECTION();
  }
  Py_RETURN_NONE;
}

static PyObject *check(PyObject *module, PyObject *unused) { return PyBool_FromLong(violations == 0); }

static int exec(PyObject *module) {
  PyObject *type = PyType_FromSpec(&spec);
  if (!type)
    return -1;
  first = PyObject_CallNoArgs(type);
  second = PyObject_CallNoArgs(type);
  return first && second ? 0 : -1;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {"check", check, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
