// rule: ungil-heap-type-dealloc-type-ref
// oracle: leak
// needs: python
// driver: type_references
//
// An instance dies and keeps its reference to the type.

#include "fixture.h"

static int thing_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  return 0;
}
static void thing_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  type->tp_free(self);
  Py_DECREF(type);
}
static PyType_Slot thing_slots[] = {{Py_tp_dealloc, (void *)thing_dealloc}, {Py_tp_traverse, (void *)thing_traverse}, {0, NULL}};
static PyType_Spec thing_spec = {"fixture.Thing", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, thing_slots};

static PyObject *make(PyObject *module, PyObject *unused) { return PyType_FromModuleAndSpec(module, &thing_spec, NULL); }
static PyMethodDef methods[] = {{"make", make, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
