// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-noop-lock-shim' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-noop-lock-shim' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: Py_NOGIL
// AGAIN: end of report
#include <Python.h>

#ifdef Py_NOGIL
#define FREE_THREADED 1
#endif
// FIXED: {{^}}#ifdef Py_GIL_DISABLED
// FIXED-NEXT: #define FREE_THREADED 1

int free_threaded =
#ifdef FREE_THREADED
    1;
#else
    0;
#endif
