// RUN: %both --checks='-*,ungil-static-init-deadlock' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <mutex>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static PyObject *decimal(PyObject *, PyObject *) {
  static PyObject *type = PyImport_ImportModule("decimal"); // BAD
  return Py_NewRef(type);
}
METHOD(decimal)

// Through a function of the project, and through a lambda that is called at once.
static PyObject *find(const char *name) { return PyImport_ImportModule(name); }
static PyObject *fraction(PyObject *, PyObject *) {
  static PyObject *type = find("fractions"); // BAD
  return Py_NewRef(type);
}
METHOD(fraction)
static PyObject *path(PyObject *, PyObject *) {
  static PyObject *type = [] { return PyImport_ImportModule("pathlib"); }(); // BAD
  return Py_NewRef(type);
}
METHOD(path)

// The constructor of a class.
struct Cache {
  PyObject *module;
  Cache() : module(PyImport_ImportModule("json")) {}
};
static PyObject *json(PyObject *, PyObject *) {
  static Cache cache; // BAD
  return Py_NewRef(cache.module);
}
METHOD(json)

// A once flag is waited for in the same way.
static std::once_flag once;
static PyObject *abc;
static PyObject *get_abc(PyObject *, PyObject *) {
  std::call_once(once, [] { abc = PyImport_ImportModule("abc"); }); // BAD
  return Py_NewRef(abc);
}
METHOD(get_abc)
