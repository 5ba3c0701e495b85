// RUN: %both --checks='-*,ungil-module-state-gc' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-module-state-gc' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

static PyType_Slot type_slots[] = {{0, NULL}};
static PyType_Spec type_spec = {"m.T", 0, 0, Py_TPFLAGS_DEFAULT, type_slots};
typedef struct {
  PyTypeObject *type;
  PyObject *cache;
} State;
static State *state_of(PyObject *m) { return (State *)PyModule_GetState(m); }
static int exec(PyObject *m) {
  State *s = state_of(m);
  s->type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &type_spec, NULL);
  s->cache = PyDict_New();
  return s->cache ? 0 : -1;
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
static int traverse(PyObject *m, visitproc visit, void *arg) {
  State *s = state_of(m);
  if (!s)
    return 0;
  Py_VISIT(s->type);
  Py_VISIT(s->cache);
  return 0;
}
struct PyModuleDef kept = {PyModuleDef_HEAD_INIT, "kept", NULL, sizeof(State), NULL, slots, traverse, NULL, NULL};
// CHECK: :[[@LINE-1]]:20: warning: the state of module 'kept' owns 'type' and 'cache', but the module has neither m_clear nor m_free; what it refers to is never freed [ungil-module-state-gc]
// CHECK-NEXT: :[[@LINE-21]]:17: note: 'type' is visited and never released
// CHECK-NEXT: :[[@LINE-16]]:3: note: it owns a reference: 'exec' stores a new reference in it here
// CHECK-NEXT: :[[@LINE-22]]:13: note: 'cache' is visited and never released
// CHECK-NEXT: :[[@LINE-17]]:3: note: it owns a reference: 'exec' stores a new reference in it here
// CHECK-NEXT: :[[@LINE-6]]:20: note: release in m_clear what m_traverse visits, and call m_clear from m_free

static int half_clear(PyObject *m) {
  Py_CLEAR(state_of(m)->type);
  return 0;
}
struct PyModuleDef half = {PyModuleDef_HEAD_INIT, "half", NULL, sizeof(State), NULL, slots, traverse, half_clear, NULL};
// CHECK: :[[@LINE-5]]:12: warning: the state of module 'half' owns 'cache', but nothing releases it; what it refers to is never freed
// CHECK-NEXT: :[[@LINE-32]]:13: note: 'cache' is visited and never released
// CHECK-NEXT: :[[@LINE-27]]:3: note: it owns a reference: 'exec' stores a new reference in it here
// CHECK-NEXT: :[[@LINE-8]]:12: note: release in m_clear what m_traverse visits, and call m_clear from m_free

// One of the two is enough.
static void free_module(void *m) {
  State *s = state_of((PyObject *)m);
  Py_CLEAR(s->type);
  Py_CLEAR(s->cache);
}
struct PyModuleDef freed = {PyModuleDef_HEAD_INIT, "freed", NULL, sizeof(State), NULL, slots, traverse, NULL, free_module};
// CHECK: end of report
