// The repairs: applied, compiled, silent.
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-gc-alloc-mismatch' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-gc-alloc-mismatch,ungil-gc-track-before-init' %t.c -- -I%py314t -std=gnu11 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// RUN: FileCheck --check-prefix=TEXT --input-file %t.c %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-gc-alloc-mismatch' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-gc-alloc-mismatch,ungil-gc-track-before-init' %t.cpp -- -I%py314t -std=c++20 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// FIXED: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *x;
} T;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((T *)o)->x);
  return 0;
}
static int clear(PyObject *o) {
  Py_CLEAR(((T *)o)->x);
  return 0;
}
static void collected_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  clear(o);
  PyObject_Free(o);
}
static PyTypeObject Collected = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Collected", .tp_basicsize = sizeof(T), .tp_dealloc = collected_dealloc,
                                 .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = traverse, .tp_clear = clear};
PyObject *make(PyObject *x) {
  T *o = PyObject_New(T, &Collected);
  if (o == NULL)
    return NULL;
  o->x = Py_NewRef(x);
  return (PyObject *)o;
}
// TEXT: T *o = PyObject_GC_New(T, &Collected);
// TEXT: o->x = Py_NewRef(x);
// TEXT-NEXT: PyObject_GC_Track(o);
// TEXT-NEXT: return (PyObject *)o;

static void plain_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  PyObject_GC_Del(o);
}
static PyTypeObject Plain = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Plain", .tp_basicsize = sizeof(PyObject), .tp_dealloc = plain_dealloc,
                             .tp_flags = Py_TPFLAGS_DEFAULT, .tp_free = PyObject_GC_Del};
PyObject *make_plain(void) { return PyObject_GC_New(PyObject, &Plain); }
