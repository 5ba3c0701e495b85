// A list is certain where Python calls both functions, likely where one is only handed on, to whoever calls it.
// RUN: sh -c '%ungil check --format json --checks=-*,ungil-mutable-static-freelist %s -- -I%py314t -std=gnu11 || true' | %filecheck %s
#include <Python.h>

extern void keep(PyObject *(*take)(PyObject *, PyObject *));
extern void keep_drop(PyObject *(*drop)(PyObject *, PyObject *));

#define LIST(name)                                                                                                     \
  static PyObject *name##_spare[4];                                                                                    \
  static int name##_count;                                                                                             \
  static PyObject *name##_take(PyObject *m, PyObject *a) { return name##_count ? name##_spare[--name##_count] : NULL; } \
  static PyObject *name##_give(PyObject *m, PyObject *a) { name##_spare[name##_count++] = a; return NULL; }

LIST(called)
LIST(popped)
LIST(pushed)
PyMethodDef methods[] = {{"called_take", called_take, METH_NOARGS, NULL}, {"called_give", called_give, METH_O, NULL},
                         {"popped_take", popped_take, METH_NOARGS, NULL}, {"pushed_give", pushed_give, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
void hand_on(void) {
  keep_drop(popped_give);
  keep(pushed_take);
}
// CHECK: "message": "free list 'called_spare'
// CHECK: "confidence": "certain"
// CHECK: "message": "free list 'popped_spare'
// CHECK: "confidence": "likely"
// CHECK: "message": "free list 'pushed_spare'
// CHECK: "confidence": "likely"
