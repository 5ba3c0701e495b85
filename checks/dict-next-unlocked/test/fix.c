// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-dict-next-unlocked' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-dict-next-unlocked' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: PyDict_Next
// AGAIN: end of report
#include <Python.h>

static PyObject *count(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, count = 0;
  PyObject *key, *value;
  while (PyDict_Next(dict, &pos, &key, &value)) {
    ++count;
  }
  return PyLong_FromSsize_t(count);
}
// FIXED: {{^}}  Py_BEGIN_CRITICAL_SECTION(dict);
// FIXED-NEXT: {{^}}  while (PyDict_Next(dict, &pos, &key, &value)) {
// FIXED-NEXT: ++count;
// FIXED-NEXT: }
// FIXED-NEXT: {{^}}  Py_END_CRITICAL_SECTION();

PyMethodDef methods[] = {{"count", count, METH_O, NULL}, {NULL, NULL, 0, NULL}};
