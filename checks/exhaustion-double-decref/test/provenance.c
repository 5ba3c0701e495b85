// RUN: %both --checks='-*,ungil-exhaustion-double-decref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// What a function finds in an object of its own making may be new as well.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
typedef struct {
  PyObject_HEAD
  PyObject *base;
} Array;
typedef struct {
  PyObject_HEAD
  Array *array;
} Iterator;
Iterator *iterator_new(Array *);

static void discard(Array *array) {
  if (array->base) {
    Py_DECREF(array->base);
    array->base = NULL;
  }
}
static PyObject *add_at(PyObject *op, PyObject *value) {
  Array *array = (Array *)value;
  Iterator *it = iterator_new(array);
  if (!it)
    return NULL;
  array = it->array;
  discard(array);
  Py_DECREF(it);
  Py_RETURN_NONE;
}
METHOD(add_at)

// Here it is the argument itself.
typedef struct {
  PyObject_HEAD
  PyObject *owner;
} View;
static void release(View *view) {
  if (view->owner) {
    Py_DECREF(view->owner);
    view->owner = NULL;
  }
}
static PyObject *close_view(PyObject *op, PyObject *value) {
  View *view = (View *)value;
  release(view);
  Py_RETURN_NONE;
}
METHOD(close_view)
// CHECK: :[[@LINE-9]]:5: error: 'View.owner' is tested, cleared and released without synchronisation; two threads can both release it [ungil-exhaustion-double-decref]
// CHECK-NEXT: :[[@LINE-2]]:1: note: 'close_view' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-6]]:3: note: which calls 'release' here
// CHECK-NEXT: :[[@LINE-14]]:7: note: two threads can find the same here
// CHECK-NEXT: :[[@LINE-14]]:5: note: and both release it here
// CHECK-NEXT: :[[@LINE-14]]:5: note: leave the release to tp_dealloc on free-threaded builds, or take the reference out in the object's critical section
// CHECK: end of report
