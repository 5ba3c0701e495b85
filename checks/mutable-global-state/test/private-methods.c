// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=gnu11 | %filecheck --check-prefix=PUBLIC %s
// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=gnu11 -DNAME='"package._mouse"' | %filecheck --check-prefix=PRIVATE %s
// What a private module keeps for its package is set up by the package. A public module's methods with an
// underscore are wrapped for users.
#include <Python.h>
#ifndef NAME
#define NAME "package.mouse"
#endif

static PyObject *cursor;
static PyObject *set_cursor(PyObject *module, PyObject *value) {
  cursor = Py_NewRef(value);
  Py_RETURN_NONE;
}
static PyObject *get_cursor(PyObject *module, PyObject *unused) { return PyObject_CallNoArgs(cursor); }
static PyMethodDef methods[] = {
    {"_set_cursor", set_cursor, METH_O, NULL}, {"get_cursor", get_cursor, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, NAME, NULL, 0, methods, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_mouse(void) { return PyModuleDef_Init(&module); }
// PUBLIC: :[[@LINE-9]]:3: {{warning|error}}: 'cursor' is written in 'set_cursor' and read in 'get_cursor' with no common lock; a thread can use or free what another has replaced on a free-threaded build
// PUBLIC-NEXT: :[[@LINE-5]]:21: note: 'set_cursor' is a method; several threads can run it at once
// PUBLIC-NEXT: :[[@LINE-8]]:94: note: read here in 'get_cursor'
// PUBLIC-NEXT: :[[@LINE-7]]:63: note: 'get_cursor' is a method; several threads can run it at once
// PUBLIC-NEXT: :[[@LINE-15]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// PUBLIC: end of report
// PRIVATE: end of report
