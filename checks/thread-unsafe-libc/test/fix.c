// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-thread-unsafe-libc' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: threads
// AGAIN: end of report
#include <Python.h>
#include <time.h>

static PyObject *year(PyObject *self, PyObject *arg) {
  time_t when = (time_t)PyLong_AsLong(arg);
  struct tm *parts = gmtime(&when);
  return PyLong_FromLong(parts ? parts->tm_year : -1);
}
// FIXED: {{^}}  struct tm parts_buffer;
// FIXED-NEXT: {{^}}  struct tm *parts = gmtime_r(&when, &parts_buffer);

PyMethodDef methods[] = {{"year", year, METH_O, NULL}, {NULL, NULL, 0, NULL}};
