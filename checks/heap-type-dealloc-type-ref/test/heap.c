// RUN: %both --checks='-*,ungil-heap-type-dealloc-type-ref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-heap-type-dealloc-type-ref' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
// RUN: cp %s %t.c && %clang_tidy -load %plugin -checks='-*,ungil-heap-type-dealloc-type-ref' --fix %t.c -- -I%py314t -std=gnu11 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-heap-type-dealloc-type-ref' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=FIXED %s
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-heap-type-dealloc-type-ref' --fix %t.cpp -- -I%py314t -std=c++20 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-heap-type-dealloc-type-ref' %t.cpp -- -I%py314t -std=c++20 | FileCheck --check-prefix=FIXED %s
// FIXED-NOT: 'bad_dealloc'
// FIXED: is read after the instance is freed
// FIXED: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  int v;
} T;
static void bad_dealloc(PyObject *o) {
  Py_TYPE(o)->tp_free(o);
}
static PyType_Slot bad[] = {{Py_tp_dealloc, (void *)bad_dealloc}, {0, NULL}};
PyType_Spec bad_spec = {"m.Bad", sizeof(T), 0, Py_TPFLAGS_DEFAULT, bad};
// CHECK: :[[@LINE-4]]:3: warning: 'bad_dealloc' frees an instance of heap type 'm.Bad' without releasing its reference to the type; the type is never freed [ungil-heap-type-dealloc-type-ref]
// CHECK-NEXT: :[[@LINE-2]]:13: note: 'm.Bad' is a heap type: it is made from this spec
// CHECK-NEXT: :[[@LINE-6]]:3: note: take PyTypeObject *type = Py_TYPE(self) first, and Py_DECREF(type) after the free

static void late_dealloc(PyObject *o) {
  Py_TYPE(o)->tp_free(o);
  Py_DECREF(Py_TYPE(o));
}
static PyType_Slot late[] = {{Py_tp_dealloc, (void *)late_dealloc}, {0, NULL}};
PyType_Spec late_spec = {"m.Late", sizeof(T), 0, Py_TPFLAGS_DEFAULT, late};
// CHECK: :[[@LINE-4]]:3: warning: the type of an instance of 'm.Late' is read after the instance is freed
// CHECK-NEXT: :[[@LINE-6]]:3: note: freed here
// CHECK-NEXT: :[[@LINE-6]]:3: note: take PyTypeObject *type = Py_TYPE(self) before the free

// Released after the free, in a helper, through the slot getter, around a saved exception; or by the base.
static void good_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot good[] = {{Py_tp_dealloc, (void *)good_dealloc}, {0, NULL}};
PyType_Spec good_spec = {"m.Good", sizeof(T), 0, Py_TPFLAGS_DEFAULT, good};

static void free_instance(void *self) {
  PyTypeObject *type = Py_TYPE((PyObject *)self);
  freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
  release(self);
  Py_DECREF(type);
}
static void helped_dealloc(PyObject *o) { free_instance(o); }
static PyType_Slot helped[] = {{Py_tp_dealloc, (void *)helped_dealloc}, {0, NULL}};
PyType_Spec helped_spec = {"m.Helped", sizeof(T), 0, Py_TPFLAGS_DEFAULT, helped};

static void chained_dealloc(PyObject *o) { PyDict_Type.tp_dealloc(o); }
static PyType_Slot chained[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_dealloc, (void *)chained_dealloc}, {0, NULL}};
PyType_Spec chained_spec = {"m.Chained", sizeof(T), 0, Py_TPFLAGS_DEFAULT, chained};

// Instances of static types own no reference to them.
static void static_dealloc(PyObject *o) { Py_TYPE(o)->tp_free(o); }
PyTypeObject Static_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Static", .tp_basicsize = sizeof(T), .tp_dealloc = static_dealloc};
// CHECK: end of report
