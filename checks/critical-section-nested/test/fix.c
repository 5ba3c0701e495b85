// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-critical-section-nested' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-critical-section-nested' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN: warning: {{.*}}[ungil-critical-section-nested]
// AGAIN-NOT: warning: {{.*}}[ungil-critical-section-nested]
// AGAIN: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  int n;
} T;

void adjacent(PyObject *a, PyObject *b) {
  Py_BEGIN_CRITICAL_SECTION(a);
  Py_BEGIN_CRITICAL_SECTION(b);
  ((T *)a)->n = ((T *)b)->n;
  Py_END_CRITICAL_SECTION();
  Py_END_CRITICAL_SECTION();
}
// FIXED-LABEL: void adjacent(
// FIXED-NEXT: Py_BEGIN_CRITICAL_SECTION2(a, b);
// FIXED-NEXT: ((T *)a)->n = ((T *)b)->n;
// FIXED-NEXT: Py_END_CRITICAL_SECTION2();

// Not written next to each other: a person has to decide.
void apart(PyObject *a, PyObject *b) {
  Py_BEGIN_CRITICAL_SECTION(a);
  int n = ((T *)a)->n;
  Py_BEGIN_CRITICAL_SECTION(b);
  ((T *)a)->n = ((T *)b)->n + n;
  Py_END_CRITICAL_SECTION();
  Py_END_CRITICAL_SECTION();
}
// FIXED-LABEL: void apart(
// FIXED-NEXT: Py_BEGIN_CRITICAL_SECTION(a);
