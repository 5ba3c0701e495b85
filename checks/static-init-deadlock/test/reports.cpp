// RUN: %both --checks='-*,ungil-static-init-deadlock' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <mutex>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static PyObject *decimal(PyObject *, PyObject *) {
  static PyObject *type = PyImport_ImportModule("decimal");
  return Py_NewRef(type);
}
METHOD(decimal)

// Through a function of the project, and through a lambda that is called at once.
static PyObject *find(const char *name) { return PyImport_ImportModule(name); }
static PyObject *fraction(PyObject *, PyObject *) {
  static PyObject *type = find("fractions");
  return Py_NewRef(type);
}
METHOD(fraction)
static PyObject *path(PyObject *, PyObject *) {
  static PyObject *type = [] { return PyImport_ImportModule("pathlib"); }();
  return Py_NewRef(type);
}
METHOD(path)

// The constructor of a class.
struct Cache {
  PyObject *module;
  Cache() : module(PyImport_ImportModule("json")) {}
};
static PyObject *json(PyObject *, PyObject *) {
  static Cache cache;
  return Py_NewRef(cache.module);
}
METHOD(json)

// A once flag is waited for in the same way.
static std::once_flag once;
static PyObject *abc;
static PyObject *get_abc(PyObject *, PyObject *) {
  std::call_once(once, [] { abc = PyImport_ImportModule("abc"); });
  return Py_NewRef(abc);
}
METHOD(get_abc)
// CHECK: :[[@LINE-37]]:3: warning: initialiser of static 'type' runs Python code while holding the initialisation guard; an attached thread that waits for the guard can deadlock with it [ungil-static-init-deadlock]
// CHECK-NEXT: :[[@LINE-35]]:1: note: 'decimal' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-39]]:27: note: 'PyImport_ImportModule' can run Python code, and be stopped, with the guard held
// CHECK-NEXT: :[[@LINE-40]]:3: note: detach before waiting for the guard and attach again inside, as pybind11's gil_safe_call_once_and_store does, or initialise it in the module's exec function
// CHECK: :[[@LINE-33]]:3: warning: initialiser of static 'type' runs Python code while holding the initialisation guard; an attached thread that waits for the guard can deadlock with it [ungil-static-init-deadlock]
// CHECK-NEXT: :[[@LINE-31]]:1: note: 'fraction' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-35]]:27: note: 'PyImport_ImportModule' can run Python code, and be stopped, with the guard held
// CHECK-NEXT: :[[@LINE-36]]:3: note: detach before waiting for the guard and attach again inside, as pybind11's gil_safe_call_once_and_store does, or initialise it in the module's exec function
// CHECK: :[[@LINE-32]]:3: warning: initialiser of static 'type' runs Python code while holding the initialisation guard; an attached thread that waits for the guard can deadlock with it [ungil-static-init-deadlock]
// CHECK-NEXT: :[[@LINE-30]]:1: note: 'path' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-34]]:27: note: 'PyImport_ImportModule' can run Python code, and be stopped, with the guard held
// CHECK-NEXT: :[[@LINE-35]]:3: note: detach before waiting for the guard and attach again inside, as pybind11's gil_safe_call_once_and_store does, or initialise it in the module's exec function
// CHECK: :[[@LINE-25]]:3: warning: initialiser of static 'cache' runs Python code while holding the initialisation guard; an attached thread that waits for the guard can deadlock with it [ungil-static-init-deadlock]
// CHECK-NEXT: :[[@LINE-23]]:1: note: 'json' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-27]]:16: note: 'PyImport_ImportModule' can run Python code, and be stopped, with the guard held
// CHECK-NEXT: :[[@LINE-28]]:3: note: detach before waiting for the guard and attach again inside, as pybind11's gil_safe_call_once_and_store does, or initialise it in the module's exec function
// CHECK: :[[@LINE-20]]:3: warning: what 'call_once' calls runs Python code while holding the initialisation guard; an attached thread that waits for the guard can deadlock with it [ungil-static-init-deadlock]
// CHECK-NEXT: :[[@LINE-18]]:1: note: 'get_abc' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-22]]:3: note: 'PyImport_ImportModule' can run Python code, and be stopped, with the guard held
// CHECK-NEXT: :[[@LINE-23]]:3: note: detach before waiting for the guard and attach again inside, as pybind11's gil_safe_call_once_and_store does, or initialise it in the module's exec function
// CHECK: end of report
