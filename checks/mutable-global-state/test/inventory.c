// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// A module that nobody has made ready: one finding with an inventory, pointers first.
#include <Python.h>

static long made, dropped;
static PyObject *callback;
static char text[32];

static PyObject *use_all(PyObject *module, PyObject *value) {
  made++;
  dropped++;
  callback = value;
  PyOS_snprintf(text, sizeof text, "%p", (void *)value);
  return PyUnicode_FromString(text);
}
static PyObject *call(PyObject *module, PyObject *unused) { return PyObject_CallNoArgs(callback); }
static PyMethodDef methods[] = {{"use_all", use_all, METH_O, NULL}, {"call", call, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_m(void) { return PyModuleDef_Init(&module); }
// CHECK: :[[@LINE-2]]:13: warning: the module declares that it does not need the GIL, but takes no lock; 4 variables are changed while other threads use them [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-10]]:3: note: 'callback' is written in 'use_all' and read in 'call' with no common lock; a thread can use or free what another has replaced on a free-threaded build
// CHECK-NEXT: :[[@LINE-13]]:3: note: 'made' is updated in 'use_all' with no common lock; updates get lost on a free-threaded build
// CHECK-NEXT: :[[@LINE-13]]:3: note: 'dropped' is updated in 'use_all' with no common lock; updates get lost on a free-threaded build
// CHECK-NEXT: :[[@LINE-12]]:17: note: 'text' is filled in 'use_all' with no common lock; threads mix their data in it on a free-threaded build
// CHECK-NEXT: :[[@LINE-9]]:45: note: 'use_all' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-11]]:88: note: read here in 'call'
// CHECK-NEXT: :[[@LINE-11]]:78: note: 'call' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-10]]:13: note: decide for each what guards it, or say Py_MOD_GIL_USED until then
// CHECK: end of report
