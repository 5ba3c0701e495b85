// RUN: %both --checks='-*,ungil-heap-type-dealloc-type-ref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-heap-type-dealloc-type-ref' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *x;
} T;
static void early_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  Py_DECREF(type);
  type->tp_free(o);
}
// CHECK: :[[@LINE-3]]:3: warning: the type of an instance of 'm.Early' is released before its tp_free is called; the last instance takes the type along [ungil-heap-type-dealloc-type-ref]
// CHECK-NEXT: :[[@LINE-3]]:3: note: tp_free is read from the type here
// CHECK-NEXT: :[[@LINE-5]]:3: note: release the type after the free
static PyType_Slot early[] = {{Py_tp_dealloc, (void *)early_dealloc}, {0, NULL}};
PyType_Spec early_spec = {"m.Early", sizeof(T), 0, Py_TPFLAGS_DEFAULT, early};

// Kept over the free; a slot that was read before; another function for the memory.
static void kept_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject *error = PyErr_GetRaisedException();
  Py_CLEAR(((T *)o)->x);
  type->tp_free(o);
  PyErr_SetRaisedException(error);
  Py_DECREF(type);
}
static PyType_Slot kept[] = {{Py_tp_dealloc, (void *)kept_dealloc}, {0, NULL}};
PyType_Spec kept_spec = {"m.Kept", sizeof(T), 0, Py_TPFLAGS_DEFAULT, kept};
static void read_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  freefunc release = type->tp_free;
  release(o);
  Py_DECREF(type);
}
static PyType_Slot reading[] = {{Py_tp_dealloc, (void *)read_dealloc}, {0, NULL}};
PyType_Spec reading_spec = {"m.Reading", sizeof(T), 0, Py_TPFLAGS_DEFAULT, reading};
static void named_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_Free(o);
  Py_DECREF(type);
}
static PyType_Slot named[] = {{Py_tp_dealloc, (void *)named_dealloc}, {0, NULL}};
PyType_Spec named_spec = {"m.Named", sizeof(T), 0, Py_TPFLAGS_DEFAULT, named};
// CHECK: end of report
