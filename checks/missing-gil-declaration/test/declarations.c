// What counts as a declaration.
// RUN: %both --checks='-*,ungil-missing-gil-declaration' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

// A slot behind the end is not read.
static PyModuleDef_Slot late_slots[] = {{0, NULL}, {Py_mod_gil, Py_MOD_GIL_NOT_USED}};
static struct PyModuleDef late = {PyModuleDef_HEAD_INIT, "late", NULL, 0, NULL, late_slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_late(void) { return PyModuleDef_Init(&late); }
// CHECK: :[[@LINE-2]]:27: {{remark|error|warning}}: module 'late' does not declare whether it needs the GIL
// CHECK-NEXT: note: once the other findings are dealt with

// Another module's call declares nothing for this one.
static struct PyModuleDef silent = {PyModuleDef_HEAD_INIT, "silent", NULL, -1, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_silent(void) { return PyModule_Create(&silent); }
// CHECK: :[[@LINE-2]]:27: {{remark|error|warning}}: module 'silent' does not declare whether it needs the GIL
// CHECK-NEXT: note: once the other findings are dealt with

static struct PyModuleDef guarded = {PyModuleDef_HEAD_INIT, "guarded", NULL, -1, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_guarded(void) {
  PyObject *module = PyModule_Create(&guarded);
#ifdef Py_GIL_DISABLED
  PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED);
#endif
  return module;
}

static struct PyModuleDef bare = {PyModuleDef_HEAD_INIT, "bare", NULL, -1, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_bare(void) {
  PyObject *module = PyModule_Create(&bare);
  PyUnstable_Module_SetGIL(module, Py_MOD_GIL_USED);
  return module;
}
// CHECK: :[[@LINE-3]]:3: {{remark|error|warning}}: 'PyUnstable_Module_SetGIL' is not declared by the headers of builds with the GIL, which compile this call too
// CHECK-NEXT: note: put the call under #ifdef Py_GIL_DISABLED
// CHECK-NEXT: end of report
