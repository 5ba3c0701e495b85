// RUN: %both --checks='-*,ungil-type-mutation' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-type-mutation' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// The interpreter locks, or stops the world.
static PyObject *unhash(PyObject *module, PyObject *type) {
  if (PyObject_SetAttrString(type, "__hash__", Py_None) < 0)
    return NULL;
  Py_RETURN_NONE;
}
METHOD(unhash)

// Static types are filled before PyType_Ready.
static PyObject *repr(PyObject *op) { return Py_NewRef(op); }
static PyTypeObject node_type;
static int exec(PyObject *module) {
  node_type.tp_name = "node";
  node_type.tp_basicsize = sizeof(PyObject);
  node_type.tp_repr = repr;
  return PyType_Ready(&node_type);
}
PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};

// A type that nobody else has seen yet.
static PyObject *make(PyObject *module, PyObject *meta) {
  PyTypeObject *type = (PyTypeObject *)((PyTypeObject *)meta)->tp_alloc((PyTypeObject *)meta, 0);
  if (!type)
    return NULL;
  type->tp_repr = repr;
  return (PyObject *)type;
}
METHOD(make)

// A struct of the project's own with a field of such a name.
struct record {
  PyObject *tp_dict;
};
static struct record kept;
static PyObject *own(PyObject *module, PyObject *value) {
  kept.tp_dict = value;
  Py_RETURN_NONE;
}
METHOD(own)
// CHECK: end of report
