// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-traverse-incomplete' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-traverse-incomplete' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=FIXED %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-traverse-incomplete' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-traverse-incomplete' %t.cpp -- -I%py314t -std=c++20 | FileCheck --check-prefix=FIXED %s
// FIXED-NOT: 'b' and 'c'
// FIXED: 'peek' is visited
// FIXED: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *a, *b, *peek;
  PyObject *c;
} T;

static int t_traverse(PyObject *o, visitproc visit, void *arg) {
  T *s = (T *)o;
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(s->a);
  Py_VISIT(s->peek);
  return 0;
}
// CHECK: :[[@LINE-7]]:12: warning: 'b' and 'c' are owned by 'm.T' but not visited in 't_traverse'; cycles through them are never freed [ungil-traverse-incomplete]
// CHECK-NEXT: :[[@LINE-12]]:17: note: 'b' is not visited
// CHECK-NEXT: :[[@LINE+9]]:3: note: it owns a reference: 't_clear' releases it here
// CHECK-NEXT: :[[@LINE-13]]:13: note: 'c' is not visited
// CHECK-NEXT: :[[@LINE+13]]:3: note: it owns a reference: 't_dealloc' releases it here
// CHECK-NEXT: :[[@LINE-12]]:12: note: add a Py_VISIT for each of them here
// CHECK: :[[@LINE-9]]:3: warning: 'peek' is visited but 'm.T' owns no reference to it; the collector may clear a live object
static int t_clear(PyObject *o) {
  T *s = (T *)o;
  s->peek = NULL;
  Py_CLEAR(s->a);
  Py_CLEAR(s->b);
  return 0;
}
static void t_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  t_clear(o);
  Py_CLEAR(((T *)o)->c);
  Py_TYPE(o)->tp_free(o);
}
static PyObject *t_set(PyObject *o, PyObject *v) {
  T *s = (T *)o;
  Py_XSETREF(s->b, Py_NewRef(v));
  Py_XSETREF(s->c, Py_NewRef(v));
  s->peek = s->b;
  Py_RETURN_NONE;
}
// CHECK-NEXT: :[[@LINE-3]]:3: note: stored here without a new reference
// CHECK-NEXT: :[[@LINE-39]]:21: note: do not visit it, or own the reference
static PyMethodDef methods[] = {{"set", t_set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_traverse, (void *)t_traverse}, {Py_tp_clear, (void *)t_clear},
                              {Py_tp_dealloc, (void *)t_dealloc}, {Py_tp_methods, methods}, {0, NULL}};
PyType_Spec spec = {"m.T", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, slots};
// CHECK: end of report
