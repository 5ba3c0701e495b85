// RUN: %both --checks='-*,ungil-missing-gil-declaration' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-missing-gil-declaration' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

static int fill(PyObject *module) { return 0; }

static PyModuleDef_Slot silent_slots[] = {{Py_mod_exec, (void *)fill}, {0, NULL}};
static struct PyModuleDef silent = {PyModuleDef_HEAD_INIT, "silent", NULL, 0, NULL, silent_slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_silent(void) { return PyModuleDef_Init(&silent); }
// CHECK: :[[@LINE-2]]:27: {{remark|error|warning}}: module 'silent' does not declare whether it needs the GIL; importing it turns the GIL on again for the whole process [ungil-missing-gil-declaration]
// CHECK-NEXT: :[[@LINE-4]]:25: note: once the other findings are dealt with, add {Py_mod_gil, Py_MOD_GIL_NOT_USED} to the slots

static PyModuleDef_Slot free_slots[] = {{Py_mod_exec, (void *)fill}, {Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL}};
static struct PyModuleDef free_module = {PyModuleDef_HEAD_INIT, "free", NULL, 0, NULL, free_slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_free(void) { return PyModuleDef_Init(&free_module); }

static PyModuleDef_Slot used_slots[] = {{Py_mod_gil, Py_MOD_GIL_USED}, {0, NULL}};
static struct PyModuleDef used = {PyModuleDef_HEAD_INIT, "used", NULL, 0, NULL, used_slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_used(void) { return PyModuleDef_Init(&used); }

// Nobody initialises a module with it here.
struct PyModuleDef helper = {PyModuleDef_HEAD_INIT, "helper", NULL, 0, NULL, silent_slots, NULL, NULL, NULL};
// CHECK: end of report
