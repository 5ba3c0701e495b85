// RUN: %both --checks='-*,ungil-dealloc-untrack-order' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-dealloc-untrack-order' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-dealloc-untrack-order' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-dealloc-untrack-order' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=FIXED %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-dealloc-untrack-order' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-dealloc-untrack-order' %t.cpp -- -I%py314t -std=c++20 | FileCheck --check-prefix=FIXED %s
// FIXED-NOT: 'never_dealloc'
// FIXED: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *x;
  PyObject *weakrefs;
  PyObject *name;
} T;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((T *)o)->x);
  return 0;
}
static void late_dealloc(PyObject *o) {
  PyTypeObject *t = Py_TYPE(o);
  Py_CLEAR(((T *)o)->x);
  PyObject_GC_UnTrack(o);
  t->tp_free(o);
  Py_DECREF(t);
}
// CHECK: :[[@LINE-5]]:3: error: 'late_dealloc' releases 'x' while the collector still tracks 'm.Late', whose reference count is zero; call PyObject_GC_UnTrack first [ungil-dealloc-untrack-order]
// CHECK-NEXT: :[[@LINE-5]]:3: note: untracked only here
// CHECK-NEXT: :[[@LINE-9]]:13: note: untrack the object before anything else, after the finalizer if there is one
static PyType_Slot late[] = {{Py_tp_dealloc, (void *)late_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec late_spec = {"m.Late", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, late};

static int clear(PyObject *o) {
  Py_CLEAR(((T *)o)->x);
  return 0;
}
// CHECK: :[[@LINE-3]]:3: error: 'never_dealloc' releases 'x' while the collector still tracks 'm.Never'
// CHECK-NEXT: :[[@LINE+2]]:13: note: 'never_dealloc' calls 'clear', which does that
// CHECK-NEXT: :[[@LINE+1]]:13: note: untrack the object before anything else
static void never_dealloc(PyObject *o) {
  PyTypeObject *t = Py_TYPE(o);
  clear(o);
  t->tp_free(o);
  Py_DECREF(t);
}
static PyType_Slot never[] = {{Py_tp_dealloc, (void *)never_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec never_spec = {"m.Never", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, never};

static void weak_dealloc(PyObject *o) {
  PyTypeObject *t = Py_TYPE(o);
  if (((T *)o)->weakrefs)
    PyObject_ClearWeakRefs(o);
  PyObject_GC_UnTrack(o);
  t->tp_free(o);
  Py_DECREF(t);
}
// CHECK: :[[@LINE-5]]:5: error: 'weak_dealloc' clears weak references while the collector still tracks 'm.Weak'
// CHECK-NEXT: :[[@LINE-5]]:3: note: untracked only here
// CHECK-NEXT: :[[@LINE-10]]:13: note: untrack the object before anything else
static PyType_Slot weak[] = {{Py_tp_dealloc, (void *)weak_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec weak_spec = {"m.Weak", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, weak};

// The finalizer runs on an object that is alive again; strings run no code; a helper untracks.
static void good_dealloc(PyObject *o) {
  PyTypeObject *t = Py_TYPE(o);
  if (PyObject_CallFinalizerFromDealloc(o) < 0)
    return;
  Py_CLEAR(((T *)o)->name);
  PyObject_GC_UnTrack(o);
  clear(o);
  t->tp_free(o);
  Py_DECREF(t);
}
static int init(PyObject *o, PyObject *a, PyObject *k) {
  Py_XSETREF(((T *)o)->name, PyUnicode_FromString("name"));
  return 0;
}
static PyType_Slot good[] = {{Py_tp_dealloc, (void *)good_dealloc}, {Py_tp_traverse, (void *)traverse}, {Py_tp_init, (void *)init}, {0, NULL}};
PyType_Spec good_spec = {"m.Good", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, good};

static void begin_teardown(PyObject *o) { PyObject_GC_UnTrack(o); }
static void helped_dealloc(PyObject *o) {
  PyTypeObject *t = Py_TYPE(o);
  begin_teardown(o);
  clear(o);
  t->tp_free(o);
  Py_DECREF(t);
}
static PyType_Slot helped[] = {{Py_tp_dealloc, (void *)helped_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec helped_spec = {"m.Helped", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, helped};

// Not a collected type.
static void plain_dealloc(PyObject *o) {
  Py_CLEAR(((T *)o)->x);
  Py_TYPE(o)->tp_free(o);
}
PyTypeObject Plain_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Plain", .tp_basicsize = sizeof(T), .tp_dealloc = plain_dealloc};
// CHECK: end of report
