// Tracked twice; a count before its items; null pointers that slots follow; objects that are shared unfinished.
// RUN: %both --checks='-*,ungil-gc-track-before-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-gc-track-before-init' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject *owner;
  int kind;
} Part;
typedef struct {
  PyObject_HEAD
  PyObject *child;
  Part *part;
  Py_ssize_t count;
  PyObject **items;
  int colour;
} Node;

static int traverse(PyObject *o, visitproc visit, void *arg) {
  Node *self = (Node *)o;
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(self->child);
  Py_VISIT(self->part->owner);
  for (Py_ssize_t i = 0; i < self->count; i++)
    Py_VISIT(self->items[i]);
  return 0;
}
static void dealloc(PyObject *o) {
  Node *self = (Node *)o;
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  Py_CLEAR(self->child);
  Py_CLEAR(self->part->owner);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot slots[] = {{Py_tp_traverse, (void *)traverse}, {Py_tp_dealloc, (void *)dealloc}, {0, NULL}};
PyType_Spec spec = {"m.Node", sizeof(Node), 0, Py_TPFLAGS_HAVE_GC, slots};

static PyObject *tracked_twice(PyTypeObject *type, Part *part) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
// CHECK: :[[@LINE-3]]:3: error: 'self' is tracked already; PyObject_GC_Track ends the process [ungil-gc-track-before-init]
// CHECK-NEXT: :[[@LINE-8]]:24: note: tracked here first
// CHECK-NEXT: :[[@LINE-5]]:3: note: drop the second call; tp_alloc tracks what it makes

static PyObject *dropped(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = (Part *)PyMem_Malloc(sizeof(Part));
  if (!self->part) {
    Py_DECREF(self);
    return NULL;
  }
  return (PyObject *)self;
}
// CHECK: :[[@LINE-5]]:5: error: 'self' is dropped while 'part' is null, and 'dealloc' follows it
// CHECK-NEXT: :[[@LINE-31]]:3: note: 'part' is followed here without a test
// CHECK-NEXT: :[[@LINE-32]]:3: note: test 'part' for null first

static PyObject *seen(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  PyObject *name = PyObject_Repr(args);
  self->part = (Part *)PyMem_Calloc(1, sizeof(Part));
  self->child = name;
  return (PyObject *)self;
}
// CHECK: :[[@LINE-5]]:20: error: 'self' can be traversed while 'part' is null, and 'traverse' follows it
// CHECK-NEXT: :[[@LINE-54]]:3: note: 'part' is followed here without a test
// CHECK-NEXT: :[[@LINE-6]]:3: note: 'part' is set here, too late
// CHECK-NEXT: :[[@LINE-56]]:3: note: test 'part' for null first

static PyObject *counted_first(PyTypeObject *type, Part *part, PyObject *from, Py_ssize_t count) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  self->items = (PyObject **)PyMem_Malloc(count * sizeof(PyObject *));
  self->count = count;
  for (Py_ssize_t i = 0; i < count; i++)
    self->items[i] = PySequence_GetItem(from, i);
  return (PyObject *)self;
}
// CHECK: :[[@LINE-5]]:3: error: 'count' of tracked 'self' is set before the items of 'items' that it counts; a collection meanwhile reads items that are not there
// CHECK-NEXT: :[[@LINE-4]]:22: note: other threads can collect during this call
// CHECK-NEXT: :[[@LINE-5]]:5: note: 'items' is filled here
// CHECK-NEXT: :[[@LINE-8]]:3: note: set the count when the items are there

static PyObject *registry;
static Node *newest;
static PyObject *shared_unfinished(PyTypeObject *type, Part *part) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  newest = self;
  self->colour = 3;
  return (PyObject *)self;
}
// CHECK: :[[@LINE-4]]:3: error: 'self' is stored in shared 'newest' before 'colour' is set; other threads see it unfinished
// CHECK-NEXT: :[[@LINE-4]]:3: note: 'colour' is set here
// CHECK-NEXT: :[[@LINE-6]]:3: note: store the object when it is complete

static PyObject *listed_unfinished(PyTypeObject *type, Part *part) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  if (PyList_Append(registry, (PyObject *)self) < 0)
    return NULL;
  self->child = Py_NewRef(Py_None);
  return (PyObject *)self;
}
// CHECK: :[[@LINE-5]]:7: error: 'self' is stored in shared 'registry' before 'child' is set; other threads see it unfinished
// CHECK-NEXT: :[[@LINE-4]]:3: note: 'child' is set here
// CHECK-NEXT: :[[@LINE-7]]:7: note: store the object when it is complete
static PyObject *bad(PyObject *self, PyObject *arg) {
  PyTypeObject *type = Py_TYPE(self);
  Part *part = ((Node *)self)->part;
  tracked_twice(type, part);
  dropped(type, arg, NULL);
  seen(type, arg, NULL);
  counted_first(type, part, arg, 3);
  shared_unfinished(type, part);
  return listed_unfinished(type, part);
}

// In the right order, one thing changed at a time.
static PyObject *tracked_again(PyTypeObject *type, Part *part) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  PyObject_GC_UnTrack(self);
  self->child = Py_NewRef(Py_None);
  PyObject_GC_Track(self);
  return (PyObject *)self;
}
static PyObject *counted_last(PyTypeObject *type, Part *part, PyObject *from, Py_ssize_t count) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  self->items = (PyObject **)PyMem_Malloc(count * sizeof(PyObject *));
  for (Py_ssize_t i = 0; i < count; i++)
    self->items[i] = PySequence_GetItem(from, i);
  self->count = count;
  return (PyObject *)self;
}
static PyObject *counted_over_null(PyTypeObject *type, Part *part, PyObject *from, Py_ssize_t count) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  self->items = (PyObject **)PyMem_Calloc(count, sizeof(PyObject *));
  self->count = count;
  for (Py_ssize_t i = 0; i < count; i++)
    self->items[i] = PySequence_GetItem(from, i);
  return (PyObject *)self;
}
static PyObject *counted_undisturbed(PyTypeObject *type, Part *part, PyObject *from, Py_ssize_t count) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  self->items = (PyObject **)PyMem_Malloc(count * sizeof(PyObject *));
  self->count = count;
  for (Py_ssize_t i = 0; i < count; i++)
    self->items[i] = Py_NewRef(from);
  return (PyObject *)self;
}
static PyMutex lock;
static PyObject *shared_complete(PyTypeObject *type, Part *part) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  self->colour = 3;
  newest = self;
  self->colour = 4;
  return (PyObject *)self;
}
static PyObject *shared_under_lock(PyTypeObject *type, Part *part) {
  Node *self = (Node *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->part = part;
  PyMutex_Lock(&lock);
  newest = self;
  self->colour = 3;
  PyMutex_Unlock(&lock);
  return (PyObject *)self;
}
static PyObject *good(PyObject *self, PyObject *arg) {
  PyTypeObject *type = Py_TYPE(self);
  Part *part = ((Node *)self)->part;
  tracked_again(type, part);
  counted_last(type, part, arg, 3);
  counted_over_null(type, part, arg, 3);
  counted_undisturbed(type, part, arg, 3);
  shared_complete(type, part);
  return shared_under_lock(type, part);
}
PyMethodDef methods[] = {{"bad", bad, METH_O, NULL}, {"good", good, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// Slots that bear null.
typedef struct {
  PyObject_HEAD
  Part *part;
} Careful;
static int careful_traverse(PyObject *o, visitproc visit, void *arg) {
  Part *part = ((Careful *)o)->part;
  Py_VISIT(Py_TYPE(o));
  if (part)
    Py_VISIT(part->owner);
  return 0;
}
static void careful_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  if (((Careful *)o)->part)
    Py_CLEAR(((Careful *)o)->part->owner);
  type->tp_free(o);
  Py_DECREF(type);
}
static PyType_Slot careful_slots[] = {{Py_tp_traverse, (void *)careful_traverse}, {Py_tp_dealloc, (void *)careful_dealloc}, {0, NULL}};
PyType_Spec careful_spec = {"m.Careful", sizeof(Careful), 0, Py_TPFLAGS_HAVE_GC, careful_slots};
PyObject *careful_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Careful *self = (Careful *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  PyObject *name = PyObject_Repr(args);
  self->part = (Part *)PyMem_Malloc(sizeof(Part));
  if (!self->part) {
    Py_XDECREF(name);
    Py_DECREF(self);
    return NULL;
  }
  self->part->owner = name;
  return (PyObject *)self;
}
// CHECK: end of report
