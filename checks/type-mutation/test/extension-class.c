// RUN: %both --checks='-*,ungil-type-mutation' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-type-mutation' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// zope: a helper that initialisation calls for each of its types completes the type and its dictionary.
#include <Python.h>

static PyTypeObject base_type, note_type;
static int complete(PyTypeObject *type, PyTypeObject *base) {
  type->tp_base = base;
  type->tp_getattro = PyObject_GenericGetAttr;
  if (PyType_Ready(type) < 0)
    return -1;
  type->tp_flags |= Py_TPFLAGS_BASETYPE;
  return PyDict_SetItemString(type->tp_dict, "__allow_access__", Py_True);
}
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_m(void) {
  if (complete(&base_type, NULL) < 0 || complete(&note_type, &base_type) < 0)
    return NULL;
  return PyModule_Create(&module);
}
// CHECK: end of report
