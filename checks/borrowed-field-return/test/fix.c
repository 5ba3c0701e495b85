// RUN: grep -v 'CHECK' %s > %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-borrowed-field-return' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c %s
// RUN: %both --checks='-*,ungil-borrowed-field-return' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: {{warning|error}}:
// AGAIN: end of report
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *value;
} Cell;

PyObject *get_value(PyObject *op, void *closure) {
  return Py_XNewRef(((Cell *)op)->value);
}
// CHECK: PyObject *get_value(PyObject *op, void *closure) {
// CHECK-NEXT: {{^}}  PyObject *result;
// CHECK-NEXT: {{^}}  Py_BEGIN_CRITICAL_SECTION(op);
// CHECK-NEXT: {{^}}  result = Py_XNewRef(((Cell *)op)->value);
// CHECK-NEXT: {{^}}  Py_END_CRITICAL_SECTION();
// CHECK-NEXT: {{^}}  return result;
// CHECK-NEXT: }
int set_value(PyObject *op, PyObject *value, void *closure) {
  PyObject *old;
  Py_BEGIN_CRITICAL_SECTION(op);
  old = ((Cell *)op)->value;
  ((Cell *)op)->value = Py_XNewRef(value);
  Py_END_CRITICAL_SECTION();
  Py_XDECREF(old);
  return 0;
}
PyGetSetDef cell_getset[] = {{"value", get_value, set_value, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
