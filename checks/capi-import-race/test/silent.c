// RUN: %both --checks='-*,ungil-capi-import-race' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <pthread.h>

typedef struct {
  void *make;
} Api;
static Api *api, *locked_api, *once_api;
int _import_array(void);

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// During initialisation, through a helper too.
static int import_all(void) {
  api = (Api *)PyCapsule_Import("date.CAPI", 0);
  return api && _import_array() >= 0 ? 0 : -1;
}
static int exec(PyObject *module) { return import_all(); }
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, slots, NULL, NULL, NULL};

// Under a lock.
static PyMutex lock;
static PyObject *locked(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&lock);
  if (!locked_api)
    locked_api = (Api *)PyCapsule_Import("date.CAPI", 0);
  int missing = !locked_api;
  PyMutex_Unlock(&lock);
  return missing ? NULL : Py_NewRef(Py_None);
}
METHOD(locked)

// Once.
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void import_once(void) { once_api = (Api *)PyCapsule_Import("date.CAPI", 0); }
static PyObject *use_once(PyObject *module, PyObject *unused) {
  pthread_once(&once, import_once);
  return once_api ? Py_NewRef(Py_None) : NULL;
}
METHOD(use_once)

// Kept in a local variable, or in the module's state.
static PyObject *local(PyObject *module, PyObject *unused) {
  Api *here = (Api *)PyCapsule_Import("date.CAPI", 0);
  return here ? Py_NewRef(Py_None) : NULL;
}
METHOD(local)
