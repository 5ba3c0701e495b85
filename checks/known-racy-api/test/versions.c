// RUN: %both --checks='-*,ungil-known-racy-api' --option ungil.Python=3.13.1 %s -- -I%py313t -std=gnu11 | %filecheck --check-prefixes=ALL,OLD %s
// RUN: %both --checks='-*,ungil-known-racy-api' --option ungil.Python=3.13 %s -- -I%py313t -std=gnu11 | %filecheck --check-prefixes=ALL,OLD %s
// RUN: %both --checks='-*,ungil-known-racy-api' --option ungil.Python=3.13.3 %s -- -I%py313t -std=gnu11 | %filecheck --check-prefixes=ALL %s
// RUN: %both --checks='-*,ungil-known-racy-api' --option ungil.Python=3.14 %s -- -I%py314t -std=gnu11 | %filecheck --check-prefixes=ALL %s
// RUN: %both --checks='-*,ungil-known-racy-api' --option ungil.Python=3.15 %s -- -I%py314t -std=gnu11 | %filecheck --check-prefixes=ALL %s
// RUN: %both --checks='-*,ungil-known-racy-api' %s -- -I%py314t -std=gnu11 | %filecheck --check-prefixes=ALL %s
// RUN: %both --checks='-*,ungil-known-racy-api' %s -- -I%py314t -x c++ -std=c++17 | %filecheck --check-prefixes=ALL %s
#include <Python.h>

static PyMutex mutex;

static PyObject *compile(PyObject *self, PyObject *text) {
  return Py_CompileString(PyUnicode_AsUTF8(text), "<text>", Py_eval_input);
}
// OLD: :[[@LINE-2]]:10: {{remark|error|warning}}: 'Py_CompileString{{[A-Za-z]*}}' has a known data race on free-threaded Python 3.13 up to, not including, 3.13.3: the cached hash of a bytes object is written without synchronisation (gh-128133) [ungil-known-racy-api]
// OLD-NEXT: note: 'compile' is a method; several threads can run it at once
// OLD-NEXT: :[[@LINE-4]]:10: note: require Python 3.13.3 or later, or make these calls under one lock

static PyObject *compile_locked(PyObject *self, PyObject *text) {
  PyMutex_Lock(&mutex);
  PyObject *code = Py_CompileString(PyUnicode_AsUTF8(text), "<text>", Py_eval_input);
  PyMutex_Unlock(&mutex);
  return code;
}

// All versions, but only where others can reach the capsule.
static PyObject *retarget(PyObject *self, PyObject *capsule) {
  PyCapsule_SetContext(capsule, NULL);
  Py_RETURN_NONE;
}
// ALL: :[[@LINE-3]]:3: {{warning|error}}: 'PyCapsule_SetContext' has a known data race on free-threaded Python: capsules have no lock, and the getters of other threads can run at the same time
// ALL-NEXT: note: 'retarget' is a method
// ALL-NEXT: note: set it before others can see the capsule

static PyObject *make(PyObject *self, PyObject *unused) {
  PyObject *list = PyList_New(1);
  if (list)
    PyList_SetItem(list, 0, Py_NewRef(Py_None));
  return list;
}

static int module_exec(PyObject *module) {
  PyObject *code = Py_CompileString("1", "<init>", Py_eval_input);
  Py_XDECREF(code);
  return 0;
}

PyMethodDef methods[] = {{"compile", compile, METH_O, NULL},
                         {"compile_locked", compile_locked, METH_O, NULL},
                         {"retarget", retarget, METH_O, NULL},
                         {"make", make, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)module_exec}, {0, NULL}};
struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, slots, NULL, NULL, NULL};
// ALL: end of report
