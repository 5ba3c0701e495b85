// The module state that Cython writes, with the functions that it writes for it.
// RUN: %both --checks='-*,ungil-module-state-gc' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-module-state-gc' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject *__pyx_d;
  PyTypeObject *__pyx_ptype_counter;
  PyObject *__pyx_n_s_name;
} __pyx_mstatetype;

extern struct PyModuleDef __pyx_moduledef;
static inline __pyx_mstatetype *__Pyx_PyModule_GetState(PyObject *op) { return (__pyx_mstatetype *)PyModule_GetState(op); }
#define __pyx_mstate(o) __Pyx_PyModule_GetState(o)

static int __pyx_m_clear(PyObject *m) {
  __pyx_mstatetype *clear_module_state = __pyx_mstate(m);
  if (!clear_module_state)
    return 0;
  Py_CLEAR(clear_module_state->__pyx_d);
  Py_CLEAR(clear_module_state->__pyx_ptype_counter);
  Py_CLEAR(clear_module_state->__pyx_n_s_name);
  return 0;
}
static int __pyx_m_traverse(PyObject *m, visitproc visit, void *arg) {
  __pyx_mstatetype *traverse_module_state = __pyx_mstate(m);
  if (!traverse_module_state)
    return 0;
  Py_VISIT(traverse_module_state->__pyx_d);
  Py_VISIT(traverse_module_state->__pyx_ptype_counter);
  Py_VISIT(traverse_module_state->__pyx_n_s_name);
  return 0;
}
static int __pyx_pymod_exec(PyObject *m) {
  __pyx_mstatetype *state = __pyx_mstate(m);
  state->__pyx_d = Py_NewRef(PyModule_GetDict(m));
  state->__pyx_n_s_name = PyUnicode_InternFromString("name");
  return state->__pyx_n_s_name ? 0 : -1;
}
static PyModuleDef_Slot __pyx_moduledef_slots[] = {{Py_mod_exec, (void *)__pyx_pymod_exec}, {0, NULL}};
struct PyModuleDef __pyx_moduledef = {PyModuleDef_HEAD_INIT, "generated", NULL, sizeof(__pyx_mstatetype), NULL, __pyx_moduledef_slots,
                                      __pyx_m_traverse, __pyx_m_clear, NULL};
// CHECK: end of report
