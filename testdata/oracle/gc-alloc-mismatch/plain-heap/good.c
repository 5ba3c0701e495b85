// rule: ungil-gc-alloc-mismatch
// oracle: crash
// needs: python
// driver: call
//
// A collected type, and instances without the collector's header.

#include "fixture.h" // judged under PYTHONMALLOC=debug: pymalloc-debug

typedef struct {
  PyObject_HEAD
  PyObject *link;
} Thing;

static int thing_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(((Thing *)self)->link);
  return 0;
}

static int thing_clear(PyObject *self) {
  Py_CLEAR(((Thing *)self)->link);
  return 0;
}

static void thing_dealloc(PyObject *self) {
  PyObject_GC_UnTrack(self);
  (void)thing_clear(self);
  PyObject_GC_Del(self);
}

static PyTypeObject thing_type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "fixture.Thing", .tp_basicsize = sizeof(Thing),
                                  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_dealloc = thing_dealloc,
                                  .tp_traverse = thing_traverse, .tp_clear = thing_clear};

static PyObject *run(PyObject *module, PyObject *arg) {
  Thing *thing = PyObject_GC_New(Thing, &thing_type);
  if (!thing)
    return NULL;
  thing->link = Py_None;
  Py_INCREF(Py_None);
  PyObject_GC_Track(thing);
  Py_DECREF(thing);
  Py_RETURN_NONE;
}

static int exec(PyObject *module) { return PyType_Ready(&thing_type); }

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
