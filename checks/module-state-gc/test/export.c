// Modules that PyModExport_ describes by slots.
// RUN: %both --checks='-*,ungil-module-state-gc' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-module-state-gc' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>
#ifndef Py_mod_state_size // Python 3.15
#define Py_mod_name 6
#define Py_mod_state_size 8
#define Py_mod_state_traverse 10
#define Py_mod_state_clear 11
#define Py_mod_state_free 12
#endif

static PyType_Slot type_slots[] = {{0, NULL}};
static PyType_Spec type_spec = {"m.T", 0, 0, Py_TPFLAGS_DEFAULT, type_slots};
typedef struct {
  PyTypeObject *type;
  PyObject *cache;
} State;
static int exec(PyObject *m) {
  State *s = (State *)PyModule_GetState(m);
  s->type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &type_spec, NULL);
  s->cache = PyDict_New();
  return s->cache ? 0 : -1;
}
static PyModuleDef_Slot bad_slots[] = {{Py_mod_name, (void *)"bad"}, {Py_mod_state_size, (void *)sizeof(State)}, {Py_mod_exec, (void *)exec}, {0, NULL}};
// CHECK: :[[@LINE-1]]:25: warning: the state of module 'bad' owns 'type' and 'cache', but the module has no m_traverse; the module and what it refers to are never freed [ungil-module-state-gc]
// CHECK-NEXT: :[[@LINE-11]]:17: note: 'type' is not visited
// CHECK-NEXT: :[[@LINE-7]]:3: note: it owns a reference: 'exec' stores a new reference in it here
// CHECK-NEXT: :[[@LINE-12]]:13: note: 'cache' is not visited
// CHECK-NEXT: :[[@LINE-8]]:3: note: it owns a reference: 'exec' stores a new reference in it here
// CHECK-NEXT: :[[@LINE-6]]:25: note: add m_traverse, m_clear and m_free
PyModuleDef_Slot *PyModExport_bad(void);
PyModuleDef_Slot *PyModExport_bad(void) { return bad_slots; }

static int traverse(PyObject *m, visitproc visit, void *arg) {
  State *s = (State *)PyModule_GetState(m);
  Py_VISIT(s->type);
  Py_VISIT(s->cache);
  return 0;
}
static int half_traverse(PyObject *m, visitproc visit, void *arg) {
  State *s = (State *)PyModule_GetState(m);
  Py_VISIT(s->type);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: the state of module 'half' owns 'cache', but 'half_traverse' does not visit it; the module and what it refers to are never freed
// CHECK-NEXT: :[[@LINE-30]]:13: note: 'cache' is not visited
// CHECK-NEXT: :[[@LINE+5]]:3: note: it owns a reference: 'clear' releases it here
// CHECK-NEXT: :[[@LINE-8]]:12: note: visit what m_clear releases
static int clear(PyObject *m) {
  State *s = (State *)PyModule_GetState(m);
  Py_CLEAR(s->type);
  Py_CLEAR(s->cache);
  return 0;
}
static void free_state(void *m) { clear((PyObject *)m); }
static PyModuleDef_Slot half_slots[] = {{Py_mod_name, (void *)"half"},
                                        {Py_mod_state_size, (void *)sizeof(State)},
                                        {Py_mod_exec, (void *)exec},
                                        {Py_mod_state_traverse, (void *)half_traverse},
                                        {Py_mod_state_clear, (void *)clear},
                                        {Py_mod_state_free, (void *)free_state},
                                        {0, NULL}};
PyModuleDef_Slot *PyModExport_half(void);
PyModuleDef_Slot *PyModExport_half(void) { return half_slots; }

static PyModuleDef_Slot good_slots[] = {{Py_mod_name, (void *)"good"},
                                        {Py_mod_state_size, (void *)sizeof(State)},
                                        {Py_mod_exec, (void *)exec},
                                        {Py_mod_state_traverse, (void *)traverse},
                                        {Py_mod_state_clear, (void *)clear},
                                        {Py_mod_state_free, (void *)free_state},
                                        {0, NULL}};
PyModuleDef_Slot *PyModExport_good(void);
PyModuleDef_Slot *PyModExport_good(void) { return good_slots; }
// No state.
static PyModuleDef_Slot stateless_slots[] = {{Py_mod_name, (void *)"stateless"}, {Py_mod_exec, (void *)exec}, {0, NULL}};
PyModuleDef_Slot *PyModExport_stateless(void);
PyModuleDef_Slot *PyModExport_stateless(void) { return stateless_slots; }
// CHECK: end of report
