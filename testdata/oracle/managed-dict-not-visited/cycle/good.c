// rule: ungil-managed-dict-not-visited
// oracle: leak
// needs: python
// driver: cycles
// since: 3.13
//
// A cycle through the attributes of an instance, which the interpreter keeps.

#include "fixture.h"

#include <stdatomic.h>

typedef struct {
  PyObject_HEAD
} Thing;
static _Atomic long live_things;

static PyObject *thing_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  PyObject *self = type->tp_alloc(type, 0);
  if (self)
    atomic_fetch_add(&live_things, 1);
  return self;
}

static int thing_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  return PyObject_VisitManagedDict(self, visit, arg);
}

static int thing_clear(PyObject *self) {
  PyObject_ClearManagedDict(self);
  return 0;
}

static void thing_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  PyObject_ClearManagedDict(self);
  atomic_fetch_sub(&live_things, 1);
  type->tp_free(self);
  Py_DECREF(type);
}

static PyObject *thing_link(PyObject *self, PyObject *other) {
  if (PyObject_SetAttrString(self, "other", other) < 0)
    return NULL;
  Py_RETURN_NONE;
}

static PyMethodDef thing_methods[] = {{"link", thing_link, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot thing_slots[] = {{Py_tp_new, (void *)thing_new},
                                    {Py_tp_dealloc, (void *)thing_dealloc},
                                    {Py_tp_traverse, (void *)thing_traverse},
                                    {Py_tp_clear, (void *)thing_clear},
                                    {Py_tp_methods, thing_methods},
                                    {0, NULL}};
static PyType_Spec thing_spec = {"fixture.Thing", sizeof(Thing), 0,
                                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_DICT, thing_slots};

static PyObject *live(PyObject *module, PyObject *unused) { return PyLong_FromLong(live_things); }

static int exec(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &thing_spec, NULL);
  int status = type ? PyModule_AddType(module, (PyTypeObject *)type) : -1;
  Py_XDECREF(type);
  return status;
}

static PyMethodDef methods[] = {{"live", live, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
