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
static PyModuleDef_Slot slots[] = {{Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL}}; // BAD
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, slots, NULL, NULL, NULL};
