// RUN: %both --checks='-*,ungil-missing-clear' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-missing-clear' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *cb;
  PyObject *fixed;
} T;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((T *)o)->cb);
  Py_VISIT(((T *)o)->fixed);
  return 0;
}
// CHECK: :[[@LINE-6]]:12: warning: 'm.NoClear' visits 'cb' in tp_traverse, but has no tp_clear; cycles through it are found and never broken [ungil-missing-clear]
// CHECK-NEXT: :[[@LINE-10]]:13: note: 'cb' is set after the object is made and never cleared
// CHECK-NEXT: :[[@LINE+5]]:3: note: it owns a reference: 'dealloc' releases it here
// CHECK-NEXT: :[[@LINE-9]]:12: note: add a tp_clear that empties them with Py_CLEAR
static void dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  Py_XDECREF(((T *)o)->cb);
  Py_XDECREF(((T *)o)->fixed);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyObject *set(PyObject *o, PyObject *v) {
  Py_XSETREF(((T *)o)->cb, Py_NewRef(v));
  Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"set", set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot no_clear[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_dealloc, (void *)dealloc}, {Py_tp_methods, methods}, {0, NULL}};
PyType_Spec no_clear_spec = {"m.NoClear", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, no_clear};

static int dangling_clear(PyObject *o) {
  Py_XDECREF(((T *)o)->cb);
  return 0;
}
// CHECK: :[[@LINE-3]]:3: warning: 'dangling_clear' releases 'cb' and leaves the field pointing at it; code that the release runs can use a dead object
// CHECK-NEXT: :[[@LINE-34]]:13: note: use Py_CLEAR, which sets the field to NULL first
static PyType_Slot dangling[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_clear, (void *)dangling_clear}, {Py_tp_dealloc, (void *)dealloc}, {0, NULL}};
PyType_Spec dangling_spec = {"m.Dangling", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, dangling};

static int late_clear(PyObject *o) {
  T *self = (T *)o;
  Py_XDECREF(self->cb);
  self->cb = NULL;
  return 0;
}
// CHECK: :[[@LINE-4]]:3: warning: 'late_clear' releases 'cb' before it sets the field to NULL; code that the release runs can use a dead object
// CHECK-NEXT: :[[@LINE-45]]:13: note: use Py_CLEAR
static PyType_Slot late[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_clear, (void *)late_clear}, {Py_tp_dealloc, (void *)dealloc}, {0, NULL}};
PyType_Spec late_spec = {"m.Late", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, late};

// Releases nothing, beside a tp_traverse that visits what tp_dealloc releases.
static int empty_clear(PyObject *o) { return 0; }
// CHECK: :[[@LINE-1]]:12: warning: 'm.Empty' visits 'cb' in tp_traverse, but 'empty_clear' does not clear it; cycles through it are found and never broken
// CHECK-NEXT: :[[@LINE-52]]:13: note: 'cb' is set after the object is made and never cleared
// CHECK-NEXT: :[[@LINE-37]]:3: note: it owns a reference: 'dealloc' releases it here
// CHECK: :[[@LINE-4]]:12: note: clear what tp_traverse visits, with Py_CLEAR
static PyType_Slot empty[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_clear, (void *)empty_clear}, {Py_tp_dealloc, (void *)dealloc}, {Py_tp_methods, methods}, {0, NULL}};
PyType_Spec empty_spec = {"m.Empty", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, empty};
// CHECK: end of report
