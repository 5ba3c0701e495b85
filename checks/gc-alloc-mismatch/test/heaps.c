// RUN: %both --checks='-*,ungil-gc-alloc-mismatch' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-gc-alloc-mismatch' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *x;
} T;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((T *)o)->x);
  return 0;
}
static void bad_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((T *)o)->x);
  PyObject_Free(o);
}
// CHECK: :[[@LINE-2]]:3: error: 'm.Bad' takes part in cycle collection but is freed as a plain object with PyObject_Free
// CHECK-NEXT: :[[@LINE+7]]:21: note: 'm.Bad' is defined here, with Py_TPFLAGS_HAVE_GC
// CHECK-NEXT: :[[@LINE-4]]:3: note: use PyObject_GC_New with PyObject_GC_Track, or tp_alloc; free with tp_free or PyObject_GC_Del
static void good_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((T *)o)->x);
  PyObject_GC_Del(o);
}
static PyTypeObject Bad = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Bad", .tp_basicsize = sizeof(T), .tp_dealloc = bad_dealloc,
                           .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = traverse};
static PyTypeObject Good = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Good", .tp_basicsize = sizeof(T), .tp_dealloc = good_dealloc,
                            .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = traverse};
PyObject *bad_make(void) {
  T *o = PyObject_New(T, &Bad);
  if (o)
    o->x = NULL;
  return (PyObject *)o;
}
// CHECK: :[[@LINE-5]]:10: error: 'm.Bad' takes part in cycle collection but is allocated as a plain object with PyObject_New; the interpreter crashes [ungil-gc-alloc-mismatch]
// CHECK-NEXT: :[[@LINE-11]]:21: note: 'm.Bad' is defined here, with Py_TPFLAGS_HAVE_GC
// CHECK-NEXT: :[[@LINE-7]]:10: note: use PyObject_GC_New with PyObject_GC_Track, or tp_alloc; free with tp_free or PyObject_GC_Del
PyObject *good_make(void) {
  T *o = PyObject_GC_New(T, &Good);
  if (o) {
    o->x = NULL;
    PyObject_GC_Track(o);
  }
  return (PyObject *)o;
}

static void plain_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  PyObject_GC_Del(o);
}
static PyType_Slot plain_slots[] = {{Py_tp_dealloc, (void *)plain_dealloc}, {0, NULL}};
static PyType_Spec plain_spec = {"m.Plain", sizeof(T), 0, Py_TPFLAGS_DEFAULT, plain_slots};
// CHECK: :[[@LINE-5]]:3: error: 'm.Plain' does not take part in cycle collection but is untracked with PyObject_GC_UnTrack
// CHECK-NEXT: :[[@LINE-2]]:20: note: 'm.Plain' is defined here, without Py_TPFLAGS_HAVE_GC
// CHECK-NEXT: :[[@LINE-7]]:3: note: use the plain functions, or add Py_TPFLAGS_HAVE_GC with tp_traverse
// CHECK: :[[@LINE-7]]:3: error: 'm.Plain' does not take part in cycle collection but is freed as a collected object with PyObject_GC_Del
// CHECK-NEXT: :[[@LINE-5]]:20: note: 'm.Plain' is defined here, without Py_TPFLAGS_HAVE_GC
// CHECK-NEXT: :[[@LINE-9]]:3: note: use the plain functions, or add Py_TPFLAGS_HAVE_GC with tp_traverse
static PyTypeObject *plain_type;
PyObject *plain_make(PyObject *m) {
  plain_type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &plain_spec, NULL);
  return (PyObject *)PyObject_GC_New(T, plain_type);
}
// CHECK: :[[@LINE-2]]:22: error: 'm.Plain' does not take part in cycle collection but is allocated as a collected object with PyObject_GC_New
// CHECK-NEXT: :[[@LINE-13]]:20: note: 'm.Plain' is defined here, without Py_TPFLAGS_HAVE_GC
// CHECK-NEXT: :[[@LINE-4]]:22: note: use the plain functions, or add Py_TPFLAGS_HAVE_GC with tp_traverse

// Through the type's own functions, and asked at run time.
static void asking_dealloc(PyObject *o) {
  if (PyObject_IS_GC(o))
    PyObject_GC_UnTrack(o);
  Py_TYPE(o)->tp_free(o);
}
PyTypeObject Asking = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Asking", .tp_basicsize = sizeof(T), .tp_dealloc = asking_dealloc};

// One destructor for types of both kinds; a flag that the build decides.
static void shared_dealloc(PyObject *o) {
  if (PyType_HasFeature(Py_TYPE(o), Py_TPFLAGS_HAVE_GC))
    PyObject_GC_UnTrack(o);
  Py_TYPE(o)->tp_free(o);
}
PyTypeObject SharedPlain = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.SharedPlain", .tp_basicsize = sizeof(T), .tp_dealloc = shared_dealloc};
PyTypeObject SharedCollected = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.SharedCollected", .tp_basicsize = sizeof(T), .tp_dealloc = shared_dealloc,
                                .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = traverse};
#ifdef Py_GIL_DISABLED
#define CHOSEN_FLAGS Py_TPFLAGS_HAVE_GC
#define CHOSEN_NEW PyObject_GC_New
#else
#define CHOSEN_FLAGS Py_TPFLAGS_DEFAULT
#define CHOSEN_NEW PyObject_New
#endif
PyTypeObject Chosen = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Chosen", .tp_basicsize = sizeof(T), .tp_flags = CHOSEN_FLAGS, .tp_traverse = traverse};
PyObject *chosen_make(void) {
  T *o = CHOSEN_NEW(T, &Chosen);
  if (o)
    o->x = NULL;
  return (PyObject *)o;
}
// CHECK: end of report
