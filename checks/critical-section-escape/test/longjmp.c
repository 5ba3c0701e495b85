// RUN: %both --checks='-*,ungil-critical-section-escape' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <setjmp.h>
#include <stdlib.h>

extern jmp_buf failed;

PyObject *jumps(PyObject *self, PyObject *other) {
  Py_BEGIN_CRITICAL_SECTION(self);
  if (other == NULL)
    longjmp(failed, 1);
  Py_END_CRITICAL_SECTION();
  return other;
}
// CHECK: :[[@LINE-4]]:5: error: 'longjmp' leaves a critical section without ending it
// CHECK-NEXT: note: the section is begun here
// CHECK-NEXT: note: keep the result in a variable

// The process ends; nothing follows the pointer.
PyObject *aborts(PyObject *self, PyObject *other) {
  Py_BEGIN_CRITICAL_SECTION(self);
  if (other == NULL)
    abort();
  Py_END_CRITICAL_SECTION();
  return other;
}
PyObject *jumps_outside(PyObject *self, PyObject *other) {
  Py_BEGIN_CRITICAL_SECTION(self);
  Py_INCREF(other);
  Py_END_CRITICAL_SECTION();
  if (other == NULL)
    longjmp(failed, 1);
  return other;
}
// CHECK-NEXT: end of report
