// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-allocator-domain' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-allocator-domain' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: allocator
// AGAIN: end of report
#include <Python.h>

PyObject *local(void) {
  char *text = PyObject_Malloc(64);
  if (text == NULL)
    return NULL;
  text = PyObject_Realloc(text, 128);
  PyObject *result = PyUnicode_FromString(text);
  PyObject_Free(text);
  return result;
}
// FIXED: char *text = PyMem_Malloc(64);
// FIXED: text = PyMem_Realloc(text, 128);
// FIXED: PyMem_Free(text);
