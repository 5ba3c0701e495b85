// RUN: %both --checks='-*,ungil-init-global-write' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

// Constants of the process, NULL, the address of what exists once, a value under a lock.
static int has_simd;
static PyObject *nothing, *locked;
static PyTypeObject Static, *chosen;
static PyMutex lock;
typedef struct {
  PyObject *error;
} State;
static int exec(PyObject *module) {
  State *state = (State *)PyModule_GetState(module);
  state->error = PyErr_NewException("m.Error", NULL, NULL);
  has_simd = __builtin_cpu_supports("avx2");
  nothing = NULL;
  chosen = &Static;
  PyMutex_Lock(&lock);
  if (!locked)
    locked = PyLong_FromLong(1);
  PyMutex_Unlock(&lock);
  return PyType_Ready(&Static);
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, sizeof(State), NULL, slots, NULL, NULL, NULL};
