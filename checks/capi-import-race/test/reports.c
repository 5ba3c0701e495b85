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
  PyDateTime_IMPORT;
  return PyDateTimeAPI ? Py_NewRef(Py_None) : NULL;
}
METHOD(now)

static Api *other_api;
static int import_other(PyObject *capsule) {
  other_api = (Api *)PyCapsule_GetPointer(capsule, "other");
  return other_api ? 0 : -1;
}
static PyObject *set_backend(PyObject *module, PyObject *capsule) {
  return import_other(capsule) < 0 ? NULL : Py_NewRef(Py_None);
}
METHOD(set_backend)

static PyObject *to_array(PyObject *module, PyObject *value) {
  if (_import_array() < 0)
    return NULL;
  return Py_NewRef(value);
}
METHOD(to_array)
// CHECK: :[[@LINE-21]]:3: warning: 'PyDateTime_IMPORT' stores a pointer for the whole process; call it from module initialisation, not from 'now' [ungil-capi-import-race]
// CHECK-NEXT: :[[@LINE-19]]:1: note: 'now' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-23]]:3: note: import it in the module's exec function, or once under std::call_once or a lock that every use holds too
// CHECK: :[[@LINE-17]]:3: warning: 'other_api' stores a pointer for the whole process; call it from module initialisation, not from 'import_other' [ungil-capi-import-race]
// CHECK-NEXT: :[[@LINE-12]]:1: note: 'set_backend' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-15]]:10: note: which calls 'import_other' here
// CHECK-NEXT: :[[@LINE-20]]:3: note: import it in the module's exec function, or once under std::call_once or a lock that every use holds too
// CHECK: :[[@LINE-12]]:7: warning: '_import_array' stores a pointer for the whole process; call it from module initialisation, not from 'to_array' [ungil-capi-import-race]
// CHECK-NEXT: :[[@LINE-9]]:1: note: 'to_array' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-14]]:7: note: import it in the module's exec function, or once under std::call_once or a lock that every use holds too
// CHECK: end of report
