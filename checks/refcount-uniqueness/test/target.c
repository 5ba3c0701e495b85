// The fallback is compiled for the target when that is 3.13; arguments are lent from 3.14 on.
// RUN: %both --checks='-*,ungil-refcount-uniqueness' --option ungil.Python=3.13 %s -- -I%py313t -std=gnu11 | %filecheck --check-prefixes=ALL,OLD %s
// RUN: %both --checks='-*,ungil-refcount-uniqueness' --option ungil.Python=3.14 %s -- -I%py314t -std=gnu11 | %filecheck --check-prefixes=ALL,NEW %s
// RUN: %both --checks='-*,ungil-refcount-uniqueness' --option ungil.Python=3.15 %s -- -I%py314t -std=gnu11 | %filecheck --check-prefixes=ALL,NEW %s
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
// OLD: :[[@LINE-5]]:7: {{error|warning}}: a reference count of 1 does not prove that nobody else uses 'object' on a free-threaded build; use 'PyUnstable_Object_IsUniquelyReferenced' (Python 3.14, pythoncapi_compat.h before)
// OLD-NEXT: note: 'method' is a method
// OLD-NEXT: note: keep a critical section

static PyObject *reuse(PyObject *self, PyObject *object) {
  if (Py_REFCNT(object) == 1)
    return Py_NewRef(object);
  Py_RETURN_NONE;
}
// OLD: :[[@LINE-4]]:7: {{error|warning}}: a reference count of 1 does not prove that nobody else uses 'object' on a free-threaded build; use
// OLD-NEXT: note: 'reuse' is a method
// OLD-NEXT: note: keep a critical section
// NEW: :[[@LINE-7]]:7: {{error|warning}}: a reference count of 1 does not prove that nobody else uses 'object' on a free-threaded build, and since 3.14 arguments can be lent without being counted; use
// NEW-NEXT: note: 'reuse' is a method
// NEW-NEXT: note: for a temporary that the interpreter passed as argument, 'PyUnstable_Object_IsUniqueReferencedTemporary' (3.14)

PyMethodDef methods[] = {{"method", method, METH_O, NULL}, {"reuse", reuse, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// ALL: end of report
