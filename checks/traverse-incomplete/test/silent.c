// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

// Visited through a helper, a loop, a macro of the project's own and a nested struct.
#define OWN_VISIT(o) Py_VISIT(o)
typedef struct {
  PyObject *left, *right;
} Pair;
typedef struct {
  PyObject_HEAD
  PyObject *helped, *renamed;
  PyObject **items;
  Py_ssize_t count;
  Pair pair;
  PyObject *name;
  PyObject *weakrefs;
  PyObject *sometimes;
  int owns;
} Good;

static int visit_one(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(o);
  return 0;
}
static int visit_pair(Pair *pair, visitproc visit, void *arg) {
  Py_VISIT(pair->left);
  Py_VISIT(pair->right);
  return 0;
}
static int good_traverse(PyObject *o, visitproc visit, void *arg) {
  Good *self = (Good *)o;
  Py_VISIT(Py_TYPE(o));
  OWN_VISIT(self->renamed);
  int stop = visit_one(self->helped, visit, arg);
  if (stop)
    return stop;
  PyObject **end = self->items + self->count;
  for (PyObject **p = self->items; p != end; ++p)
    Py_VISIT(*p);
  if (self->owns)
    Py_VISIT(self->sometimes);
  return visit_pair(&self->pair, visit, arg);
}
static int good_clear(PyObject *o) {
  Good *self = (Good *)o;
  Py_CLEAR(self->helped);
  Py_CLEAR(self->renamed);
  for (Py_ssize_t i = 0; i < self->count; i++)
    Py_CLEAR(self->items[i]);
  Py_CLEAR(self->pair.left);
  Py_CLEAR(self->pair.right);
  Py_CLEAR(self->sometimes);
  return 0;
}
static void good_dealloc(PyObject *o) {
  Good *self = (Good *)o;
  PyObject_GC_UnTrack(o);
  if (self->weakrefs)
    PyObject_ClearWeakRefs(o);
  good_clear(o);
  Py_CLEAR(self->name);
  Py_TYPE(o)->tp_free(o);
}
static PyObject *good_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Good *self = (Good *)type->tp_alloc(type, 0);
  if (self)
    self->name = PyUnicode_FromString("leaf");
  return (PyObject *)self;
}
static PyType_Slot good_slots[] = {{Py_tp_traverse, (void *)good_traverse}, {Py_tp_clear, (void *)good_clear},
                                   {Py_tp_dealloc, (void *)good_dealloc}, {Py_tp_new, (void *)good_new}, {0, NULL}};
PyType_Spec good_spec = {"m.Good", sizeof(Good), 0, Py_TPFLAGS_HAVE_GC, good_slots};

// Two structs with one layout: what one function does to the first counts for the second.
#define HEAD PyObject_HEAD PyObject *loop; PyObject *callback;
typedef struct {
  HEAD
} Future;
typedef struct {
  HEAD
  PyObject *coro;
} Task;
static int future_traverse_fields(Future *f, visitproc visit, void *arg) {
  Py_VISIT(f->loop);
  Py_VISIT(f->callback);
  return 0;
}
static int task_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Task *)o)->coro);
  return future_traverse_fields((Future *)o, visit, arg);
}
static int task_clear(PyObject *o) {
  Task *t = (Task *)o;
  Py_CLEAR(t->loop);
  Py_CLEAR(t->callback);
  Py_CLEAR(t->coro);
  return 0;
}
static PyType_Slot task_slots[] = {{Py_tp_traverse, (void *)task_traverse}, {Py_tp_clear, (void *)task_clear}, {0, NULL}};
PyType_Spec task_spec = {"m.Task", sizeof(Task), 0, Py_TPFLAGS_HAVE_GC, task_slots};

// Handed with the visitor to code that another unit defines.
int library_traverse(void *table, visitproc visit, void *arg);
typedef struct {
  PyObject_HEAD
  PyObject *value;
} Opaque;
static int opaque_traverse(PyObject *o, visitproc visit, void *arg) { return library_traverse(o, visit, arg); }
static int opaque_clear(PyObject *o) {
  Py_CLEAR(((Opaque *)o)->value);
  return 0;
}
static PyType_Slot opaque_slots[] = {{Py_tp_traverse, (void *)opaque_traverse}, {Py_tp_clear, (void *)opaque_clear}, {0, NULL}};
PyType_Spec opaque_spec = {"m.Opaque", sizeof(Opaque), 0, Py_TPFLAGS_HAVE_GC, opaque_slots};

// Owned or borrowed, as a flag says: visited under the flag, released under it.
typedef struct {
  PyObject_HEAD
  PyObject *target;
  int owns;
} View;
static PyObject *view_set(PyObject *o, PyObject *value) {
  View *self = (View *)o;
  self->owns = value != o;
  self->target = self->owns ? Py_NewRef(value) : value;
  Py_RETURN_NONE;
}
static PyMethodDef view_methods[] = {{"set", view_set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static int view_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  if (((View *)o)->owns)
    Py_VISIT(((View *)o)->target);
  return 0;
}
static int view_clear(PyObject *o) {
  if (((View *)o)->owns)
    Py_CLEAR(((View *)o)->target);
  return 0;
}
static PyType_Slot view_slots[] = {{Py_tp_traverse, (void *)view_traverse}, {Py_tp_clear, (void *)view_clear}, {Py_tp_methods, view_methods}, {0, NULL}};
PyType_Spec view_spec = {"m.View", sizeof(View), 0, Py_TPFLAGS_HAVE_GC, view_slots};

// A weak reference list is the interpreter's own.
typedef struct {
  PyObject_HEAD
  PyObject *weakreflist;
  PyObject *value;
} Referable;
static PyObject *referable_set(PyObject *o, PyObject *value) {
  Py_XSETREF(((Referable *)o)->value, Py_NewRef(value));
  Py_RETURN_NONE;
}
static PyMethodDef referable_methods[] = {{"set", referable_set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static int referable_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Referable *)o)->value);
  return 0;
}
static int referable_clear(PyObject *o) {
  Py_CLEAR(((Referable *)o)->value);
  return 0;
}
static void referable_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  if (((Referable *)o)->weakreflist)
    PyObject_ClearWeakRefs(o);
  referable_clear(o);
  Py_TYPE(o)->tp_free(o);
}
PyTypeObject Referable_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Referable", .tp_basicsize = sizeof(Referable), .tp_dealloc = referable_dealloc,
                               .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = referable_traverse, .tp_clear = referable_clear,
                               .tp_weaklistoffset = offsetof(Referable, weakreflist), .tp_methods = referable_methods};
// CHECK: end of report
