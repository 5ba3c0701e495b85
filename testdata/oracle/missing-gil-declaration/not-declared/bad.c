// rule: ungil-missing-gil-declaration
// oracle: check
// needs: free-threaded
// driver: call
// since: 3.13
//
// Importing this switches the GIL on for the whole process.

#include <Python.h>

static PyObject *run(PyObject *module, PyObject *arg) { Py_RETURN_NONE; }
static PyObject *check(PyObject *module, PyObject *unused) {
  PyObject *sys = PyImport_ImportModule("sys");
  PyObject *enabled = sys ? PyObject_CallMethod(sys, "_is_gil_enabled", NULL) : NULL;
  Py_XDECREF(sys);
  if (!enabled)
    return NULL;
  int on = PyObject_IsTrue(enabled);
  Py_DECREF(enabled);
  return PyBool_FromLong(!on);
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {"check", check, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{0, NULL}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "fixture", NULL, 0, methods, slots, NULL, NULL, NULL}; // FLAG
PyMODINIT_FUNC PyInit_fixture(void) { return PyModuleDef_Init(&module); }
