// RUN: %both --checks='-*,ungil-module-state-gc' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-module-state-gc' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

static PyType_Slot type_slots[] = {{0, NULL}};
static PyType_Spec type_spec = {"m.T", 0, 0, Py_TPFLAGS_DEFAULT, type_slots};

typedef struct {
  PyTypeObject *type;
  PyObject *cache;
  PyObject *name;
} State;
static int exec(PyObject *m) {
  State *s = (State *)PyModule_GetState(m);
  s->type = (PyTypeObject *)PyType_FromModuleAndSpec(m, &type_spec, NULL);
  s->cache = PyDict_New();
  s->name = PyUnicode_InternFromString("name");
  return s->cache ? 0 : -1;
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
struct PyModuleDef bad = {PyModuleDef_HEAD_INIT, "bad", NULL, sizeof(State), NULL, slots, NULL, NULL, NULL};
// CHECK: :[[@LINE-1]]:20: warning: the state of module 'bad' owns 'type' and 'cache', but the module has no m_traverse; the module and what it refers to are never freed [ungil-module-state-gc]
// CHECK-NEXT: :[[@LINE-14]]:17: note: 'type' is not visited
// CHECK-NEXT: :[[@LINE-9]]:3: note: it owns a reference: 'exec' stores a new reference in it here
// CHECK-NEXT: :[[@LINE-15]]:13: note: 'cache' is not visited
// CHECK-NEXT: :[[@LINE-10]]:3: note: it owns a reference: 'exec' stores a new reference in it here
// CHECK-NEXT: :[[@LINE-6]]:20: note: add m_traverse, m_clear and m_free

static int half_traverse(PyObject *m, visitproc visit, void *arg) {
  State *s = (State *)PyModule_GetState(m);
  Py_VISIT(s->type);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: the state of module 'half' owns 'cache', but 'half_traverse' does not visit it; the module and what it refers to are never freed
// CHECK-NEXT: :[[@LINE-25]]:13: note: 'cache' is not visited
// CHECK-NEXT: :[[@LINE+5]]:3: note: it owns a reference: 'clear' releases it here
// CHECK-NEXT: :[[@LINE-8]]:12: note: visit what m_clear releases
static int clear(PyObject *m) {
  State *s = (State *)PyModule_GetState(m);
  Py_CLEAR(s->type);
  Py_CLEAR(s->cache);
  Py_CLEAR(s->name);
  return 0;
}
static void free_module(void *m) { clear((PyObject *)m); }
struct PyModuleDef half = {PyModuleDef_HEAD_INIT, "half", NULL, sizeof(State), NULL, slots, half_traverse, clear, free_module};

static int good_traverse(PyObject *m, visitproc visit, void *arg) {
  State *s = (State *)PyModule_GetState(m);
  Py_VISIT(s->type);
  Py_VISIT(s->cache);
  return 0;
}
struct PyModuleDef good = {PyModuleDef_HEAD_INIT, "good", NULL, sizeof(State), NULL, slots, good_traverse, clear, free_module};

// Holds strings only; and a module that is never freed.
typedef struct {
  PyObject *name;
} Names;
static int exec_names(PyObject *m) {
  Names *s = (Names *)PyModule_GetState(m);
  s->name = PyUnicode_InternFromString("name");
  return 0;
}
static PyModuleDef_Slot name_slots[] = {{Py_mod_exec, (void *)exec_names}, {0, NULL}};
struct PyModuleDef names = {PyModuleDef_HEAD_INIT, "names", NULL, sizeof(Names), NULL, name_slots, NULL, NULL, NULL};
struct PyModuleDef single = {PyModuleDef_HEAD_INIT, "single", NULL, -1, NULL, NULL, NULL, NULL, NULL};

// An object of another module that does not know this one.
typedef struct {
  PyObject *absolute;
} Found;
static int exec_found(PyObject *m) {
  Found *s = (Found *)PyModule_GetState(m);
  s->absolute = PyObject_GetAttrString((PyObject *)&PyLong_Type, "__abs__");
  return s->absolute ? 0 : -1;
}
static PyModuleDef_Slot found_slots[] = {{Py_mod_exec, (void *)exec_found}, {0, NULL}};
static int found_traverse(PyObject *m, visitproc visit, void *arg) { return 0; }
static int found_clear(PyObject *m) {
  Py_CLEAR(((Found *)PyModule_GetState(m))->absolute);
  return 0;
}
static void found_free(void *m) { found_clear((PyObject *)m); }
struct PyModuleDef found = {PyModuleDef_HEAD_INIT, "found", NULL, sizeof(Found), NULL, found_slots, found_traverse, found_clear, found_free};
// CHECK: end of report
