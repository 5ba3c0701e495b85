// RUN: %both --checks='-*,ungil-capi-import-race' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-capi-import-race' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <datetime.h>

typedef struct {
  void *make;
} Api;
int _import_array(void); // what numpy's import_array() calls

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static PyObject *now(PyObject *module, PyObject *unused) {
  PyDateTime_IMPORT; // BAD
  return PyDateTimeAPI ? Py_NewRef(Py_None) : NULL;
}
METHOD(now)

static Api *other_api;
static int import_other(PyObject *capsule) {
  other_api = (Api *)PyCapsule_GetPointer(capsule, "other"); // BAD
  return other_api ? 0 : -1;
}
static PyObject *set_backend(PyObject *module, PyObject *capsule) {
  return import_other(capsule) < 0 ? NULL : Py_NewRef(Py_None);
}
METHOD(set_backend)

static PyObject *to_array(PyObject *module, PyObject *value) {
  if (_import_array() < 0) // BAD
    return NULL;
  return Py_NewRef(value);
}
METHOD(to_array)
