// The repair puts the replacement into a section, and is then enough for this rule.
// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-unlocked-setref' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-unlocked-setref' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AFTER %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *callback, *other;
} Signal;

static PyObject *connect(PyObject *op, PyObject *value) {
  Signal *self = (Signal *)op;
  Py_XSETREF(self->callback, Py_NewRef(value));
  if (value == Py_None)
    Py_CLEAR(self->other);
  Py_RETURN_NONE;
}
// FIXED: Signal *self
// FIXED-NEXT: {{^}}  Py_BEGIN_CRITICAL_SECTION(op);
// FIXED-NEXT: {{^}}  Py_XSETREF(self->callback, Py_NewRef(value));
// FIXED-NEXT: {{^}}  Py_END_CRITICAL_SECTION();
// FIXED-NEXT: {{^}}  if (value == Py_None)
// FIXED-NEXT: {{^}}    Py_CLEAR(self->other);
PyMethodDef methods[] = {{"connect", connect, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// AFTER-NOT: 'Signal.callback'
// AFTER: 'Signal.other'
