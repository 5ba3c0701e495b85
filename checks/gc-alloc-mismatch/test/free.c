// RUN: %both --checks='-*,ungil-gc-alloc-mismatch' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-gc-alloc-mismatch' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *x;
} T;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((T *)o)->x);
  return 0;
}
static PyType_Slot plain_free[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_free, (void *)PyObject_Free}, {0, NULL}};
PyType_Spec plain_free_spec = {"m.PlainFree", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, plain_free};
// CHECK: :[[@LINE-2]]:85: error: 'm.PlainFree' takes part in cycle collection but its tp_free is PyObject_Free; the interpreter crashes [ungil-gc-alloc-mismatch]
// CHECK-NEXT: :[[@LINE-2]]:13: note: 'm.PlainFree' is defined here
// CHECK-NEXT: :[[@LINE-4]]:85: note: use PyObject_GC_Del, or leave tp_free to the interpreter
static PyType_Slot gc_free[] = {{Py_tp_free, (void *)PyObject_GC_Del}, {0, NULL}};
PyType_Spec gc_free_spec = {"m.CollectedFree", sizeof(T), 0, Py_TPFLAGS_DEFAULT, gc_free};
// CHECK: :[[@LINE-2]]:46: error: 'm.CollectedFree' takes no part in cycle collection but its tp_free is PyObject_GC_Del; the interpreter crashes
// CHECK-NEXT: :[[@LINE-2]]:13: note: 'm.CollectedFree' is defined here
// CHECK-NEXT: :[[@LINE-4]]:46: note: use PyObject_Free, or leave tp_free to the interpreter

// As it should be; and where the flag depends on the build.
static PyType_Slot right[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_alloc, (void *)PyType_GenericAlloc}, {Py_tp_free, (void *)PyObject_GC_Del}, {0, NULL}};
PyType_Spec right_spec = {"m.Right", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, right};
static PyType_Slot plain[] = {{Py_tp_alloc, (void *)PyType_GenericAlloc}, {Py_tp_free, (void *)PyObject_Free}, {0, NULL}};
PyType_Spec plain_spec = {"m.Plain", sizeof(T), 0, Py_TPFLAGS_DEFAULT, plain};
// CHECK: end of report
