// The fallback is compiled for the target when that is 3.13.
// RUN: %both --checks='-*,ungil-refcount-uniqueness' --option ungil.Python=3.13 %s -- -I%py313t -std=gnu11 | %filecheck %s
#include <Python.h>

static PyObject *method(PyObject *self, PyObject *object) {
#if PY_VERSION_HEX >= 0x030E0000
  if (PyUnstable_Object_IsUniquelyReferenced(object))
#else
  if (Py_REFCNT(object) == 1)
#endif
    return Py_NewRef(object);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:7: {{error|warning}}: a reference count of 1
// CHECK-NEXT: note: 'method' is ml_meth
// CHECK-NEXT: note: for a temporary

PyMethodDef methods[] = {{"method", method, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
