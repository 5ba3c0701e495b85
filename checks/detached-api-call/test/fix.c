// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-detached-api-call' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-detached-api-call' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
#include <Python.h>
#include <string.h>
#include <unistd.h>

PyObject *reads(PyObject *m, PyObject *a) {
  char *block = NULL;
  ssize_t n;
  Py_BEGIN_ALLOW_THREADS
  block = (char *)PyMem_Malloc(4096);
  block = (char *)PyMem_Realloc(block, 8192);
  n = read(0, block, 8192);
  Py_END_ALLOW_THREADS
  if (n < 0 || !block || block[0] == 0) {
    PyMem_Free(block);
    return NULL;
  }
  PyMem_Free(block);
  return PyLong_FromSsize_t(n);
}

// No repair: somebody else frees it.
char *hands_out(void) {
  char *block;
  Py_BEGIN_ALLOW_THREADS
  block = (char *)PyMem_Malloc(4096);
  memset(block, 0, 4096);
  Py_END_ALLOW_THREADS
  return block;
}

// No repair: it is also memory of others.
void frees(char *given) {
  char *block = given;
  Py_BEGIN_ALLOW_THREADS
  PyMem_Free(block);
  Py_END_ALLOW_THREADS
}
// FIXED-LABEL: PyObject *reads(
// FIXED: block = (char *)PyMem_RawMalloc(4096);
// FIXED-NEXT: block = (char *)PyMem_RawRealloc(block, 8192);
// FIXED: PyMem_RawFree(block);
// FIXED: PyMem_RawFree(block);
// FIXED-LABEL: char *hands_out(
// FIXED: block = (char *)PyMem_Malloc(4096);
// FIXED-LABEL: void frees(
// FIXED: PyMem_Free(block);
// AGAIN: fix.c.tmp.c:29:19: error: 'PyMem_Malloc' needs
// AGAIN: fix.c.tmp.c:39:3: error: 'PyMem_Free' needs
// AGAIN-NOT: error:
