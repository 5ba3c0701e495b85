// rule: ungil-inconsistent-locking
// oracle: tsan
// needs: free-threaded
// driver: threads
// since: 3.13
//
// Two methods lock the field, the third does not.

#include "fixture.h"

typedef struct {
  PyObject_HEAD
  long total;
} Account;

static PyObject *account_add(PyObject *self, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(self);
  ((Account *)self)->total += 3;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyObject *account_take(PyObject *self, PyObject *unused) {
  Py_BEGIN_CRITICAL_SECTION(self);
  ((Account *)self)->total -= 2;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}

static PyObject *account_total(PyObject *self, PyObject *unused) {
  long total;
  Py_BEGIN_CRITICAL_SECTION(self);
  total = ((Account *)self)->total;
  Py_END_CRITICAL_SECTION();
  return PyLong_FromLong(total);
}

static PyMethodDef account_methods[] = {{"add", account_add, METH_NOARGS, NULL},
                                        {"take", account_take, METH_NOARGS, NULL},
                                        {"total", account_total, METH_NOARGS, NULL},
                                        {NULL, NULL, 0, NULL}};
static PyType_Slot account_slots[] = {{Py_tp_methods, account_methods}, {0, NULL}};
static PyType_Spec account_spec = {"fixture.Account", sizeof(Account), 0, Py_TPFLAGS_DEFAULT, account_slots};
static PyObject *account;

static PyObject *run(PyObject *module, PyObject *thread) {
  static const char *const names[] = {"add", "take", "total"};
  return PyObject_CallMethod(account, names[PyLong_AsLong(thread) % 3], NULL);
}

static int exec(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &account_spec, NULL);
  account = type ? PyObject_CallNoArgs(type) : NULL;
  Py_XDECREF(type);
  return account ? 0 : -1;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
