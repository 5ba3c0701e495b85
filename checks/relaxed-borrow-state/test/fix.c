// The same in the dialects of C.
// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-relaxed-borrow-state' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: sh -c 'diff %s %t.c || true' | FileCheck --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: error
// AGAIN: end of report
#include <Python.h>
#include <stdatomic.h>

static atomic_int c11;
int take_c11(void) {
  int expected = 0;
  return atomic_compare_exchange_strong_explicit(&c11, &expected, 1, memory_order_relaxed, memory_order_relaxed);
}
void drop_c11(void) { atomic_store_explicit(&c11, 0, memory_order_relaxed); }

static int builtin;
int take_builtin(void) { return !__atomic_exchange_n(&builtin, 1, __ATOMIC_RELAXED); }
void drop_builtin(void) { __atomic_store_n(&builtin, 0, __ATOMIC_RELAXED); }

static int python;
int take_python(void) {
  int expected = 0;
  return _Py_atomic_compare_exchange_int(&python, &expected, 1);
}
void drop_python(void) { _Py_atomic_store_int_relaxed(&python, 0); }
// FIXED: {{^}}14c14
// FIXED: {{^}}>   return atomic_compare_exchange_strong_explicit(&c11, &expected, 1, memory_order_acquire, memory_order_relaxed);
// FIXED-NEXT: {{^}}16c16
// FIXED: {{^}}> void drop_c11(void) { atomic_store_explicit(&c11, 0, memory_order_release); }
// FIXED-NEXT: {{^}}19,20c19,20
// FIXED: {{^}}> int take_builtin(void) { return !__atomic_exchange_n(&builtin, 1, __ATOMIC_ACQUIRE); }
// FIXED-NEXT: {{^}}> void drop_builtin(void) { __atomic_store_n(&builtin, 0, __ATOMIC_RELEASE); }
// FIXED-NEXT: {{^}}27c27
// FIXED: {{^}}> void drop_python(void) { _Py_atomic_store_int(&python, 0); }
// FIXED-NOT: {{^[0-9]}}
