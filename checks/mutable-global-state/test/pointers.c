// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// What a pointer can lose: nothing, when nobody frees what it points to. A variable that is hardly shown to race hides nothing
// of what it leads to.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static void fast(void) {}
static void slow(void) {}
static void (*backend)(void) = slow;
static const char *backend_name = "slow";
static PyObject *set_backend(PyObject *module, PyObject *value) {
  backend = value == Py_True ? fast : slow;
  backend_name = "fast";
  if (value != Py_True)
    backend_name = "slow";
  Py_RETURN_NONE;
}
METHOD(set_backend)
static PyObject *run_backend(PyObject *module, PyObject *unused) {
  backend();
  return PyUnicode_FromString(backend_name);
}
METHOD(run_backend)

static PyTypeObject *template_type;
int set_up(PyObject *module) {
  template_type = (PyTypeObject *)PyObject_GetAttrString(module, "Template");
  return template_type ? 0 : -1;
}
static PyObject *like_template(PyTypeObject *type, Py_ssize_t items) {
  template_type->tp_basicsize = type->tp_basicsize + 8;
  return PyType_GenericAlloc(template_type, items);
}
PyType_Slot slots[] = {{Py_tp_alloc, like_template}, {0, NULL}};
// CHECK: :[[@LINE-4]]:3: warning: 'template_type->tp_basicsize' is written in 'like_template' with no common lock; threads corrupt it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-2]]:38: note: 'like_template' is tp_alloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-12]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: end of report
