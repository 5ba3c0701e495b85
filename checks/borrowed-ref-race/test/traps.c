// What looks like a race and is none, and what other tools claim and is not so.
// RUN: %both --checks='-*,ungil-borrowed-ref-race,ungil-dict-next-unlocked,ungil-sequence-fast-macro,ungil-refcount-uniqueness,ungil-critical-section-*,ungil-known-racy-api,ungil-allocator-domain,ungil-thread-unsafe-libc' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-ref-race,ungil-dict-next-unlocked,ungil-sequence-fast-macro,ungil-refcount-uniqueness,ungil-critical-section-*,ungil-known-racy-api,ungil-allocator-domain,ungil-thread-unsafe-libc' --option ungil.Python=3.13.3 %s -- -I%py313t -std=gnu11 | %filecheck %s
#include <Python.h>

// One lock for all uses of a private dictionary: a critical section on a static object that nobody else locks.
static PyObject lock_object;
#define TYPES_LOCK() Py_BEGIN_CRITICAL_SECTION(&lock_object)
#define TYPES_UNLOCK() Py_END_CRITICAL_SECTION()
static PyObject *types;
static PyObject *find_type(PyObject *self, PyObject *name) {
  PyObject *found;
  TYPES_LOCK();
  found = PyDict_GetItemWithError(types, name);
  Py_XINCREF(found);
  TYPES_UNLOCK();
  return found;
}
static PyObject *add_type(PyObject *self, PyObject *name) {
  int status;
  TYPES_LOCK();
  status = PyDict_SetItem(types, name, Py_None);
  TYPES_UNLOCK();
  return status < 0 ? NULL : Py_NewRef(Py_None);
}

// Only initialisation asks for __main__ here, and one thread runs that.
static int exec(PyObject *module) {
  types = PyDict_New();
  PyObject *main_module = PyImport_AddModule("__main__");
  return types && main_module && PyModule_GetDict(main_module) ? 0 : -1;
}

// A tuple does not change, so its items live as long as it does.
static PyObject *of_tuple(PyObject *self, PyObject *args) {
  PyObject *first = PyTuple_GetItem(args, 0);
  return first ? PyObject_Str(first) : NULL;
}

// The current exception belongs to the thread.
static PyObject *keep_exception(PyObject *self, PyObject *callable) {
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  PyObject *result = PyObject_CallNoArgs(callable);
  if (PyErr_Occurred())
    PyErr_Clear();
  PyErr_Restore(type, value, traceback);
  return result;
}

// Attaching is no lock, and it is no mistake either.
static void from_thread(void *callable) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject *result = PyObject_CallNoArgs((PyObject *)callable);
  Py_XDECREF(result);
  PyGILState_Release(state);
}
static PyObject *start(PyObject *self, PyObject *callable) {
  return PyLong_FromUnsignedLong(PyThread_start_new_thread(from_thread, Py_NewRef(callable)));
}

// A strong reference already.
static PyObject *of_type(PyObject *self, PyObject *unused) {
  PyObject *dict = PyType_GetDict(Py_TYPE(self));
  PyObject *text = dict ? PyObject_Str(dict) : NULL;
  Py_XDECREF(dict);
  return text;
}

PyMethodDef methods[] = {{"find_type", find_type, METH_O, NULL},
                         {"add_type", add_type, METH_O, NULL},
                         {"of_tuple", of_tuple, METH_VARARGS, NULL},
                         {"keep_exception", keep_exception, METH_O, NULL},
                         {"start", start, METH_O, NULL},
                         {"of_type", of_type, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, slots, NULL, NULL, NULL};
// CHECK-NOT: warning:
// CHECK-NOT: error:
// CHECK: end of report
