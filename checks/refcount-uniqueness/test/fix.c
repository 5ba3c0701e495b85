// RUN: cp %s %t.c
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-refcount-uniqueness' --fix --quiet %t.c -- -I%py314t -std=gnu11 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.c --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-refcount-uniqueness' %t.c -- -I%py314t -std=gnu11 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: reference count
// AGAIN: end of report
#include <Python.h>

static PyObject *method(PyObject *self, PyObject *object) {
  if (Py_REFCNT(object) == 1 && PyList_CheckExact(object))
    return Py_NewRef(object);
  if (Py_REFCNT(object) > 1)
    Py_RETURN_TRUE;
  Py_RETURN_NONE;
}
// FIXED: if (PyUnstable_Object_IsUniqueReferencedTemporary(object) && PyList_CheckExact(object))
// FIXED: if (!PyUnstable_Object_IsUniqueReferencedTemporary(object))

typedef struct {
  PyObject_HEAD
  PyObject *buffer;
} Box;

static PyObject *owned(PyObject *self, PyObject *unused) {
  if (Py_REFCNT(((Box *)self)->buffer) == 1)
    Py_RETURN_TRUE;
  Py_RETURN_NONE;
}
// FIXED: if (PyUnstable_Object_IsUniquelyReferenced(((Box *)self)->buffer))

PyMethodDef methods[] = {{"method", method, METH_O, NULL}, {"owned", owned, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
