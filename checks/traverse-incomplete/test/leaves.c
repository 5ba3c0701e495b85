// Owned fields that lead to nothing that could lead back.
// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *weak, *callback, *buffer, *name, *hidden, *module;
  PyObject *seen;
} T;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((T *)o)->seen);
  return 0;
}
static int clear(PyObject *o) {
  T *self = (T *)o;
  Py_CLEAR(self->weak);
  Py_CLEAR(self->callback);
  Py_CLEAR(self->buffer);
  Py_CLEAR(self->name);
  Py_CLEAR(self->hidden);
  Py_CLEAR(self->module);
  Py_CLEAR(self->seen);
  return 0;
}
static PyMethodDef destroyed = {"destroyed", NULL, METH_O, NULL};
static PyObject *fill(PyTypeObject *type, PyObject *name) {
  T *self = (T *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  // A weak reference owns nothing, nor does a function that is bound to one.
  self->weak = PyWeakref_NewRef((PyObject *)self, NULL);
  PyObject *bound = PyWeakref_NewRef((PyObject *)self, NULL);
  self->callback = PyCFunction_NewEx(&destroyed, bound, NULL);
  Py_DECREF(bound);
  // Bytes stay bytes.
  self->buffer = PyBytes_FromStringAndSize(NULL, 16);
  if (_PyBytes_Resize(&self->buffer, 8) < 0)
    return NULL;
  self->name = Py_NewRef(name);
  // Taken out of the collector's sight: it holds what is not counted.
  self->hidden = PyDict_New();
  PyObject_GC_UnTrack(self->hidden);
  self->module = Py_XNewRef(PyType_GetModule(type));
  return (PyObject *)self;
}
PyObject *make_for_others(PyTypeObject *type, PyObject *name) { return fill(type, name); }
static PyObject *make(PyObject *type, PyObject *const *args, Py_ssize_t count) {
  PyObject *name;
  if (count < 1 || !PyUnicode_Check(args[0]))
    return NULL;
  name = args[0];
  return fill((PyTypeObject *)type, name);
}
static PyMethodDef methods[] = {{"make", (PyCFunction)(void (*)(void))make, METH_FASTCALL | METH_CLASS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_clear, (void *)clear}, {Py_tp_methods, methods}, {0, NULL}};
PyType_Spec spec = {"m.T", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, slots};
// CHECK: end of report
