// A long list of related places is cut, and says how many it leaves out; the same place is named once.
// RUN: not %ungil check --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=gnu11 | FileCheck %s
#include <Python.h>

static PyObject *spare[8];
static int count;

#define TAKE(n) static PyObject *take##n(PyObject *m, PyObject *a) { return count ? spare[--count] : NULL; }
#define ENTRY(n) {"take" #n, take##n, METH_NOARGS, NULL}
TAKE(0)
TAKE(1)
TAKE(2)
TAKE(3)
TAKE(4)
TAKE(5)
TAKE(6)
TAKE(7)
TAKE(8)
TAKE(9)
TAKE(10)
static PyObject *give(PyObject *m, PyObject *a) {
  spare[count++] = Py_NewRef(a);
  return NULL;
}
PyMethodDef methods[] = {ENTRY(0), ENTRY(1), ENTRY(2), ENTRY(3), ENTRY(4), ENTRY(5), ENTRY(6), ENTRY(7),
                         ENTRY(8), ENTRY(9), ENTRY(10), {"give", give, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// CHECK: error: free list 'spare' is popped in 'take0' and pushed in 'give'
// CHECK: note: also popped in 'take1'
// CHECK: note: also popped in 'take8'; and 2 more places like this
// CHECK-NOT: also popped
