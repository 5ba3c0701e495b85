// RUN: grep -v 'CHECK' %s > %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-exhaustion-double-decref' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c %s
// RUN: %both --checks='-*,ungil-exhaustion-double-decref' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: {{warning|error}}:
// AGAIN: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *items;
  Py_ssize_t index;
} Walk;

PyObject *next(PyObject *op) {
  Walk *it = (Walk *)op;
  PyObject *items = it->items;
  if (items == NULL)
    return NULL;
  if (it->index < PyTuple_GET_SIZE(items))
    return Py_NewRef(PyTuple_GET_ITEM(items, it->index++));
  it->items = NULL;
  Py_DECREF(items);
  return NULL;
}
// CHECK: {{^}}#ifndef Py_GIL_DISABLED
// CHECK-NEXT: {{^}}  it->items = NULL;
// CHECK-NEXT: {{^}}  Py_DECREF(items);
// CHECK-NEXT: {{^}}#endif
// CHECK-NEXT: {{^}}  return NULL;
void walk_dealloc(PyObject *op) {
  Py_XDECREF(((Walk *)op)->items);
  Py_TYPE(op)->tp_free(op);
}
PyTypeObject walk_type = {.tp_name = "m.Walk", .tp_iternext = next, .tp_dealloc = walk_dealloc};
