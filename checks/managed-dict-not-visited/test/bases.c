// RUN: %both --checks='-*,ungil-managed-dict-not-visited' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-managed-dict-not-visited' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>
#include <structmember.h>

typedef struct {
  PyObject_HEAD
  PyObject *weakrefs;
} T;

// The way of specs to say where the list is.
static PyMemberDef members[] = {{"__weaklistoffset__", T_PYSSIZET, offsetof(T, weakrefs), READONLY, NULL}, {NULL, 0, 0, 0, NULL}};
static void dangling_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot dangling[] = {{Py_tp_members, members}, {Py_tp_dealloc, (void *)dangling_dealloc}, {0, NULL}};
PyType_Spec dangling_spec = {"m.Dangling", sizeof(T), 0, Py_TPFLAGS_DEFAULT, dangling};
// CHECK: :[[@LINE-7]]:13: warning: 'm.Dangling' supports weak references, but 'dangling_dealloc' frees it without PyObject_ClearWeakRefs; weak references to it dangle [ungil-managed-dict-not-visited]
// CHECK-NEXT: :[[@LINE-2]]:13: note: 'm.Dangling' is defined here
// CHECK-NEXT: :[[@LINE-9]]:13: note: call PyObject_ClearWeakRefs((PyObject *)self) after PyObject_GC_UnTrack
static void clearing_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  if (((T *)o)->weakrefs)
    PyObject_ClearWeakRefs(o);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot clearing[] = {{Py_tp_members, members}, {Py_tp_dealloc, (void *)clearing_dealloc}, {0, NULL}};
PyType_Spec clearing_spec = {"m.Clearing", sizeof(T), 0, Py_TPFLAGS_DEFAULT, clearing};

// The base has the flag and does what it asks for.
static int base_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  return PyObject_VisitManagedDict(o, visit, arg);
}
static int base_clear(PyObject *o) {
  PyObject_ClearManagedDict(o);
  return 0;
}
static PyType_Slot base_slots[] = {{Py_tp_traverse, (void *)base_traverse}, {Py_tp_clear, (void *)base_clear}, {0, NULL}};
static PyType_Spec base_spec = {"m.Base", sizeof(T), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_BASETYPE, base_slots};
static int sub_traverse(PyObject *o, visitproc visit, void *arg) { return base_traverse(o, visit, arg); }
static int sub_clear(PyObject *o) { return base_clear(o); }
static PyType_Slot sub_slots[] = {{Py_tp_traverse, (void *)sub_traverse}, {Py_tp_clear, (void *)sub_clear}, {0, NULL}};
static PyType_Spec sub_spec = {"m.Sub", sizeof(T), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_DICT, sub_slots};
PyObject *make(PyObject *module) {
  PyObject *base = PyType_FromModuleAndSpec(module, &base_spec, NULL);
  return PyType_FromModuleAndSpec(module, &sub_spec, base);
}

// The names of Python 3.12.
#ifdef __cplusplus
extern "C" {
#endif
int _PyObject_VisitManagedDict(PyObject *, visitproc, void *);
void _PyObject_ClearManagedDict(PyObject *);
#ifdef __cplusplus
}
#endif
static int old_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  return _PyObject_VisitManagedDict(o, visit, arg);
}
static int old_clear(PyObject *o) {
  _PyObject_ClearManagedDict(o);
  return 0;
}
static PyType_Slot old_slots[] = {{Py_tp_traverse, (void *)old_traverse}, {Py_tp_clear, (void *)old_clear}, {0, NULL}};
PyType_Spec old_spec = {"m.Old", sizeof(PyObject), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_DICT, old_slots};
// CHECK: end of report
