// RUN: %both --checks='-*,ungil-missing-clear' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-missing-clear' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-missing-clear' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-missing-clear' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=FIXED %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-missing-clear' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-missing-clear' %t.cpp -- -I%py314t -std=c++20 | FileCheck --check-prefix=FIXED %s
// FIXED-NOT: releases 'cb'
// FIXED: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *cb, *other;
} T;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((T *)o)->cb);
  Py_VISIT(((T *)o)->other);
  return 0;
}
static int clear(PyObject *o) {
  Py_CLEAR(((T *)o)->cb);
  Py_CLEAR(((T *)o)->other);
  return 0;
}
static void leaking_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((T *)o)->cb);
  type->tp_free(o);
  Py_DECREF(type);
}
// CHECK: :[[@LINE-7]]:13: warning: 'leaking_dealloc' frees an instance of 'm.Leaking' without releasing 'other'; the object that it holds is never freed [ungil-missing-clear]
// CHECK-NEXT: :[[@LINE-11]]:3: note: 'clear' releases 'other' here
// CHECK-NEXT: :[[@LINE-9]]:13: note: call 'clear' in tp_dealloc, after PyObject_GC_UnTrack
static PyType_Slot leaking[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_clear, (void *)clear}, {Py_tp_dealloc, (void *)leaking_dealloc}, {0, NULL}};
PyType_Spec leaking_spec = {"m.Leaking", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, leaking};

// Through the other function, or through the base.
static void clearing_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  clear(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot clearing[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_clear, (void *)clear}, {Py_tp_dealloc, (void *)clearing_dealloc}, {0, NULL}};
PyType_Spec clearing_spec = {"m.Clearing", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, clearing};
static void slot_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  type->tp_clear(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot slotted[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_clear, (void *)clear}, {Py_tp_dealloc, (void *)slot_dealloc}, {0, NULL}};
PyType_Spec slotted_spec = {"m.Slotted", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, slotted};

// A tp_clear that returns nothing is wrong in another way.
static void void_clear(PyObject *o) {
  Py_CLEAR(((T *)o)->cb);
  Py_CLEAR(((T *)o)->other);
}
static PyType_Slot cast[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_clear, (void *)void_clear}, {Py_tp_dealloc, (void *)clearing_dealloc}, {0, NULL}};
PyType_Spec cast_spec = {"m.Cast", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, cast};

// An iterator lets go of everything at its end.
typedef struct {
  PyObject_HEAD
  PyObject *last;
} Pairs;
static int pairs_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Pairs *)o)->last);
  return 0;
}
static PyObject *pairs_next(PyObject *o) {
  Py_XSETREF(((Pairs *)o)->last, PyIter_Next(((Pairs *)o)->last));
  return NULL;
}
static void pairs_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  Py_XDECREF(((Pairs *)o)->last);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot pairs[] = {{Py_tp_traverse, (void *)pairs_traverse}, {Py_tp_iternext, (void *)pairs_next}, {Py_tp_dealloc, (void *)pairs_dealloc}, {0, NULL}};
PyType_Spec pairs_spec = {"m.Pairs", sizeof(Pairs), 0, Py_TPFLAGS_HAVE_GC, pairs};
// CHECK: end of report
