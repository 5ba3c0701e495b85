// What lets other code run before the object is untracked, and what does no harm.
// RUN: %both --checks='-*,ungil-dealloc-untrack-order' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-dealloc-untrack-order' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *x;
  void *handle;
} T;
void library_close(void *handle);
extern int library_is_object(PyObject *o);
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((T *)o)->x);
  return 0;
}
static void calling_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject *result = PyObject_CallNoArgs(((T *)o)->x);
  PyObject_GC_UnTrack(o);
  Py_XDECREF(result);
  Py_CLEAR(((T *)o)->x);
  type->tp_free(o);
  Py_DECREF(type);
}
// CHECK: :[[@LINE-7]]:22: error: 'calling_dealloc' calls 'PyObject_CallNoArgs', which lets other code run, while the collector still tracks 'm.Calling', whose reference count is zero; call PyObject_GC_UnTrack first [ungil-dealloc-untrack-order]
// CHECK-NEXT: :[[@LINE-7]]:3: note: untracked only here
// CHECK-NEXT: :[[@LINE-11]]:13: note: untrack the object before anything else, after the finalizer if there is one
static PyType_Slot calling[] = {{Py_tp_dealloc, (void *)calling_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec calling_spec = {"m.Calling", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, calling};

static void closing_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  Py_BEGIN_ALLOW_THREADS
  library_close(((T *)o)->handle);
  Py_END_ALLOW_THREADS
  PyObject_GC_UnTrack(o);
  type->tp_free(o);
  Py_DECREF(type);
}
// CHECK: :[[@LINE-7]]:3: error: 'closing_dealloc' calls 'PyEval_SaveThread', which lets other code run, while the collector still tracks 'm.Closing', whose reference count is zero
// CHECK-NEXT: :[[@LINE-5]]:3: note: untracked only here
// CHECK-NEXT: :[[@LINE-11]]:13: note: untrack the object before anything else
static PyType_Slot closing[] = {{Py_tp_dealloc, (void *)closing_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec closing_spec = {"m.Closing", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, closing};

static void forgetting_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  type->tp_free(o);
  Py_DECREF(type);
}
// CHECK: :[[@LINE-3]]:3: error: 'forgetting_dealloc' frees an instance of 'm.Forgetting' that the collector still tracks; call PyObject_GC_UnTrack first
// CHECK-NEXT: :[[@LINE-6]]:13: note: untrack the object before anything else
static PyType_Slot forgetting[] = {{Py_tp_dealloc, (void *)forgetting_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec forgetting_spec = {"m.Forgetting", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, forgetting};

// A base that untracks by itself; one that the object's kind decides.
typedef struct {
  PyDictObject dict;
} D;
static void chaining_dealloc(PyObject *o) { PyDict_Type.tp_dealloc(o); }
static PyType_Slot chaining[] = {{Py_tp_base, &PyDict_Type}, {Py_tp_dealloc, (void *)chaining_dealloc}, {0, NULL}};
PyType_Spec chaining_spec = {"m.Chaining", sizeof(D), 0, Py_TPFLAGS_DEFAULT, chaining};
static void asking_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  if (PyObject_IS_GC(o))
    PyObject_GC_UnTrack(o);
  Py_CLEAR(((T *)o)->x);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot asking[] = {{Py_tp_dealloc, (void *)asking_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec asking_spec = {"m.Asking", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, asking};

// Alive again while its finalizer and the like run.
extern void _PyObject_ResurrectStart(PyObject *);
extern int _PyObject_ResurrectEnd(PyObject *);
static void resurrecting_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  _PyObject_ResurrectStart(o);
  PyObject *result = PyObject_CallNoArgs(((T *)o)->x);
  Py_XDECREF(result);
  if (_PyObject_ResurrectEnd(o))
    return;
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((T *)o)->x);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot resurrecting[] = {{Py_tp_dealloc, (void *)resurrecting_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec resurrecting_spec = {"m.Resurrecting", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, resurrecting};

// Tracked again for a base that untracks by itself, as subtype_dealloc() of the interpreter does.
static void retracking_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((T *)o)->x);
  PyObject_GC_Track(o);
  PyDict_Type.tp_dealloc(o);
}
static PyTypeObject Retracking = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Retracking", .tp_basicsize = sizeof(T), .tp_dealloc = retracking_dealloc,
                                  .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = traverse, .tp_base = &PyDict_Type};
PyTypeObject *retracking(void) { return &Retracking; }

// As Cython writes it: the finalizer first, unless it has run.
static void generated_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  if (type->tp_finalize && !PyObject_GC_IsFinalized(o))
    if (PyObject_CallFinalizerFromDealloc(o))
      return;
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((T *)o)->x);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot generated[] = {{Py_tp_dealloc, (void *)generated_dealloc}, {Py_tp_traverse, (void *)traverse}, {0, NULL}};
PyType_Spec generated_spec = {"m.Generated", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, generated};
// CHECK: end of report
