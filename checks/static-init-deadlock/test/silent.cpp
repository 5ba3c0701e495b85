// RUN: %both --checks='-*,ungil-static-init-deadlock' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <mutex>
#include <string>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// Constant, no Python at all, or an allocation and nothing more.
static PyObject *text(PyObject *, PyObject *) {
  static PyMutex lock = {0};
  static const std::string name = "a name";
  static PyObject *key = PyUnicode_InternFromString("key");
  PyMutex_Lock(&lock);
  PyMutex_Unlock(&lock);
  return Py_NewRef(key);
}
METHOD(text)

// During initialisation, under the import lock.
static PyObject *find() {
  static PyObject *type = PyImport_ImportModule("decimal");
  return type;
}
static int exec(PyObject *) { return find() ? 0 : -1; }
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, nullptr}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", nullptr, 0, nullptr, slots, nullptr, nullptr, nullptr};

// The recommended pattern: detached while waiting for the flag, attached again inside.
static std::once_flag once;
static PyObject *abc;
static PyObject *get_abc(PyObject *, PyObject *) {
  Py_BEGIN_ALLOW_THREADS
  std::call_once(once, [] {
    PyGILState_STATE state = PyGILState_Ensure();
    abc = PyImport_ImportModule("abc");
    PyGILState_Release(state);
  });
  Py_END_ALLOW_THREADS
  return Py_NewRef(abc);
}
METHOD(get_abc)

// One for each thread needs no guard.
static PyObject *own(PyObject *, PyObject *) {
  static thread_local PyObject *type = PyImport_ImportModule("decimal");
  return Py_NewRef(type);
}
METHOD(own)
