// RUN: %both --checks='-*,ungil-missing-clear' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-missing-clear' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *a, *b;
} T;
static int traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((T *)o)->a);
  Py_VISIT(((T *)o)->b);
  return 0;
}
// Set once, when the object is made: a cycle goes through something else that can be changed.
static PyObject *tuple_like_new(PyTypeObject *type, PyObject *a) {
  T *self = PyObject_GC_New(T, type);
  if (!self)
    return NULL;
  self->a = Py_NewRef(a);
  self->b = NULL;
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
static void dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  Py_XDECREF(((T *)o)->a);
  Py_XDECREF(((T *)o)->b);
  PyObject_GC_Del(o);
}
static PyObject *copy(PyObject *o, PyObject *v) { return tuple_like_new(Py_TYPE(o), v); }
static PyMethodDef methods[] = {{"copy", copy, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot tuple_like[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_dealloc, (void *)dealloc}, {Py_tp_methods, methods}, {0, NULL}};
PyType_Spec tuple_like_spec = {"m.TupleLike", sizeof(T), 0, Py_TPFLAGS_HAVE_GC, tuple_like};

// The same fields in a struct of its own, since these change later.
typedef struct {
  PyObject_HEAD
  PyObject *a, *b;
} U;
static int changing_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((U *)o)->a);
  Py_VISIT(((U *)o)->b);
  return 0;
}

// Cleared by a helper shared with the destructor and with a method, through Py_SETREF, through a copy.
static void drop(U *self) {
  PyObject *old = self->a;
  self->a = NULL;
  Py_XDECREF(old);
  Py_XSETREF(self->b, NULL);
}
static int clear(PyObject *o) {
  drop((U *)o);
  return 0;
}
static PyObject *clear_method(PyObject *o, PyObject *unused) {
  drop((U *)o);
  Py_RETURN_NONE;
}
static PyObject *set(PyObject *o, PyObject *v) {
  Py_XSETREF(((U *)o)->a, Py_NewRef(v));
  Py_XSETREF(((U *)o)->b, Py_NewRef(v));
  Py_RETURN_NONE;
}
static void clearing_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  drop((U *)o);
  Py_TYPE(o)->tp_free(o);
}
static PyMethodDef more[] = {{"clear", clear_method, METH_NOARGS, NULL}, {"set", set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyTypeObject Cleared_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Cleared", .tp_basicsize = sizeof(U),
                                    .tp_dealloc = clearing_dealloc, .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = changing_traverse,
                                    .tp_clear = clear, .tp_methods = more};
int ready(void) { return PyType_Ready(&Cleared_Type); }
// CHECK: end of report
