// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

typedef struct { PyObject_HEAD } Node;
static Node *a_spare[4], *b_spare[4];
static int a_count, b_count;

static PyObject *take(PyObject *m, PyObject *o) {
  // NOLINTNEXTLINE(ungil-mutable-static-freelist): the module documents that one thread uses it
  return (PyObject *)(o ? a_spare[--a_count] : b_spare[--b_count]);
}
static PyObject *give(PyObject *m, PyObject *o) {
  a_spare[a_count++] = (Node *)o;
  b_spare[b_count++] = (Node *)o;
  return NULL;
}
PyMethodDef methods[] = {{"take", take, METH_O, NULL}, {"give", give, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
