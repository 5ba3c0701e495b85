// RUN: %both --checks='-*,ungil-managed-dict-not-visited' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-managed-dict-not-visited' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *weakrefs;
} T;
#define FLAGS (Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_DICT)
static int good_clear(PyObject *o) {
  PyObject_ClearManagedDict(o);
  return 0;
}
static int ignoring_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  PyObject_VisitManagedDict(o, visit, arg);
  return 0;
}
static PyType_Slot ignoring[] = {{Py_tp_traverse, (void *)ignoring_traverse}, {0, NULL}};
PyType_Spec ignoring_spec = {"m.Ignoring", sizeof(T), 0, FLAGS, ignoring};
// CHECK: :[[@LINE-5]]:3: warning: the result of PyObject_VisitManagedDict is ignored; a visitor that asks to stop is not obeyed [ungil-managed-dict-not-visited]
// CHECK-NEXT: :[[@LINE-2]]:13: note: 'm.Ignoring' is defined here
// CHECK-NEXT: :[[@LINE-7]]:3: note: return the result when it is not 0
// CHECK: :[[@LINE-4]]:13: warning: 'm.Ignoring' uses Py_TPFLAGS_MANAGED_DICT, but has no tp_clear that calls PyObject_ClearManagedDict; cycles through instance attributes are never broken
// CHECK-NEXT: :[[@LINE-5]]:13: note: 'm.Ignoring' is defined here
// CHECK-NEXT: :[[@LINE-6]]:13: note: call PyObject_ClearManagedDict((PyObject *)self) in tp_clear

static int forgetful_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  return 0;
}
static int forgetful_clear(PyObject *o) { return 0; }
static PyType_Slot forgetful[] = {{Py_tp_traverse, (void *)forgetful_traverse}, {Py_tp_clear, (void *)forgetful_clear}, {0, NULL}};
PyType_Spec forgetful_spec = {"m.Forgetful", sizeof(T), 0, FLAGS, forgetful};
// CHECK: :[[@LINE-7]]:12: warning: 'm.Forgetful' uses Py_TPFLAGS_MANAGED_DICT, but 'forgetful_traverse' does not call PyObject_VisitManagedDict; what instances hold is not seen by the collector
// CHECK-NEXT: :[[@LINE-2]]:13: note: 'm.Forgetful' is defined here
// CHECK-NEXT: :[[@LINE-9]]:12: note: return the result of PyObject_VisitManagedDict((PyObject *)self, visit, arg)
// CHECK: :[[@LINE-6]]:12: warning: 'm.Forgetful' uses Py_TPFLAGS_MANAGED_DICT, but 'forgetful_clear' does not call PyObject_ClearManagedDict
// CHECK-NEXT: :[[@LINE-5]]:13: note: 'm.Forgetful' is defined here
// CHECK-NEXT: :[[@LINE-8]]:12: note: call PyObject_ClearManagedDict((PyObject *)self) in tp_clear

static int good_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  return PyObject_VisitManagedDict(o, visit, arg);
}
static int checked_traverse(PyObject *o, visitproc visit, void *arg) {
  int stop = PyObject_VisitManagedDict(o, visit, arg);
  if (stop)
    return stop;
  Py_VISIT(Py_TYPE(o));
  return 0;
}
static PyType_Slot good[] = {{Py_tp_traverse, (void *)good_traverse}, {Py_tp_clear, (void *)good_clear}, {0, NULL}};
static PyType_Slot checked[] = {{Py_tp_traverse, (void *)checked_traverse}, {Py_tp_clear, (void *)good_clear}, {0, NULL}};
PyType_Spec good_spec = {"m.Good", sizeof(T), 0, FLAGS, good};
PyType_Spec checked_spec = {"m.Checked", sizeof(T), 0, FLAGS, checked};

static void weak_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot weak[] = {{Py_tp_dealloc, (void *)weak_dealloc}, {0, NULL}};
PyType_Spec weak_spec = {"m.Weak", sizeof(T), 0, Py_TPFLAGS_MANAGED_WEAKREF, weak};
// CHECK: :[[@LINE-7]]:13: warning: 'm.Weak' supports weak references, but 'weak_dealloc' frees it without PyObject_ClearWeakRefs; weak references to it dangle
// CHECK-NEXT: :[[@LINE-2]]:13: note: 'm.Weak' is defined here
// CHECK-NEXT: :[[@LINE-9]]:13: note: call PyObject_ClearWeakRefs((PyObject *)self) after PyObject_GC_UnTrack

static void cleared_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_ClearWeakRefs(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot cleared[] = {{Py_tp_dealloc, (void *)cleared_dealloc}, {0, NULL}};
PyType_Spec cleared_spec = {"m.Cleared", sizeof(T), 0, Py_TPFLAGS_MANAGED_WEAKREF, cleared};
// CHECK: end of report
