// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-unbalanced-thread-state' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-unbalanced-thread-state' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
#include <Python.h>
#include <unistd.h>

PyObject *leaves(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0)
    return NULL;
  if (getpid() == 1) {
    return Py_None;
  }
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// No repair: the value is computed with a call, and must be while attached.
PyObject *by_hand(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  if (getpid() == 2)
    return PyLong_FromLong(getpid());
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
// FIXED-LABEL: PyObject *leaves(
// FIXED: if (getpid() < 0)
// FIXED-NEXT: { Py_BLOCK_THREADS return NULL; }
// FIXED-NEXT: if (getpid() == 1) {
// FIXED-NEXT: Py_BLOCK_THREADS
// FIXED-NEXT: return Py_None;
// FIXED-LABEL: PyObject *by_hand(
// FIXED: if (getpid() == 2)
// FIXED-NEXT: return PyLong_FromLong(getpid());
// AGAIN-NOT: leaves 'leaves'
// AGAIN: this return leaves 'by_hand'
// AGAIN-NOT: leaves 'leaves'
