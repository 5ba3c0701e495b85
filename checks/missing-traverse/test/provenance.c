// Whether an object that Python code chose can get into a field.
// RUN: %both --checks='-*,ungil-missing-traverse' %s -- -I%py314t -std=gnu11 | FileCheck --implicit-check-not=warning: --implicit-check-not=error: %s
// RUN: %both --checks='-*,ungil-missing-traverse' %s -- -I%py314t -x c++ -std=c++20 | FileCheck --implicit-check-not=warning: --implicit-check-not=error: %s
#include <Python.h>
#include <structmember.h>

#define DEALLOC(Type, field)                                                                                           \
  static void Type##_dealloc(PyObject *o) {                                                                            \
    Py_XDECREF(((Type *)o)->field);                                                                                    \
    Py_TYPE(o)->tp_free(o);                                                                                            \
  }
#define TYPE(Type, ...)                                                                                                \
  PyTypeObject Type##_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m." #Type, .tp_basicsize = sizeof(Type),       \
                              .tp_dealloc = Type##_dealloc, __VA_ARGS__}

// Out of an argument's items, through a helper.
typedef struct {
  PyObject_HEAD
  PyObject *first;
} Chosen;
static void keep(Chosen *self, PyObject *value) { Py_XSETREF(self->first, Py_NewRef(value)); }
static int chosen_init(PyObject *o, PyObject *args, PyObject *kwargs) {
  PyObject *map, *key, *value;
  Py_ssize_t at = 0;
  if (!PyArg_ParseTuple(args, "O", &map))
    return -1;
  while (PyDict_Next(map, &at, &key, &value))
    keep((Chosen *)o, key);
  return 0;
}
DEALLOC(Chosen, first)
TYPE(Chosen, .tp_init = chosen_init);
// CHECK: :[[@LINE-1]]:1: warning: type 'm.Chosen' owns reference field 'first' but has no tp_traverse

// Assigned by Python code, without a function.
typedef struct {
  PyObject_HEAD
  PyObject *any;
} Member;
static PyMemberDef members[] = {{"any", T_OBJECT_EX, offsetof(Member, any), 0, NULL}, {NULL, 0, 0, 0, NULL}};
DEALLOC(Member, any)
TYPE(Member, .tp_members = members);
// CHECK: :[[@LINE-1]]:1: warning: type 'm.Member' owns reference field 'any' but has no tp_traverse

// Out of what the object itself led to: a row of a database.
typedef struct {
  PyObject_HEAD
  PyObject *owner;
} Row;
static PyObject *row_fetch(PyObject *o, PyObject *unused) {
  PyObject *rows = PyObject_CallMethod(o, "fetchall", NULL);
  Py_XSETREF(((Row *)o)->owner, rows ? PySequence_GetItem(rows, 1) : NULL);
  Py_XDECREF(rows);
  Py_RETURN_NONE;
}
static PyMethodDef row_methods[] = {{"fetch", row_fetch, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
DEALLOC(Row, owner)
TYPE(Row, .tp_methods = row_methods);

// Given by other units, which have their own reasons.
typedef struct {
  PyObject_HEAD
  PyObject *arena;
} Part;
PyObject *part_make(PyObject *arena) {
  extern PyTypeObject Part_Type;
  Part *self = PyObject_New(Part, &Part_Type);
  if (self)
    self->arena = Py_NewRef(arena);
  return (PyObject *)self;
}
DEALLOC(Part, arena)
TYPE(Part, .tp_doc = "part");

// A dict of its own.
typedef struct {
  PyObject_HEAD
  PyObject *registered;
} Poll;
static PyObject *poll_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Poll *self = (Poll *)type->tp_alloc(type, 0);
  if (self)
    self->registered = PyDict_New();
  return (PyObject *)self;
}
DEALLOC(Poll, registered)
TYPE(Poll, .tp_new = poll_new);

// Objects of one type, which another module defines.
extern PyTypeObject *window_type;
typedef struct {
  PyObject_HEAD
  PyObject *window;
} Panel;
static int panel_init(PyObject *o, PyObject *args, PyObject *kwargs) {
  PyObject *window;
  if (!PyArg_ParseTuple(args, "O!", window_type, &window))
    return -1;
  Py_XSETREF(((Panel *)o)->window, Py_NewRef(window));
  return 0;
}
DEALLOC(Panel, window)
TYPE(Panel, .tp_init = panel_init);

// Links of a list: the list visits what they hold.
typedef struct {
  PyObject_HEAD
  PyObject *key;
} Link;
typedef struct {
  PyObject_HEAD
  Link *root;
} List;
static int list_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((List *)o)->root->key);
  return 0;
}
static PyObject *link_set(PyObject *o, PyObject *key) {
  Py_XSETREF(((Link *)o)->key, Py_NewRef(key));
  Py_RETURN_NONE;
}
static PyMethodDef link_methods[] = {{"set", link_set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
DEALLOC(Link, key)
TYPE(Link, .tp_methods = link_methods);
PyTypeObject List_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.List", .tp_basicsize = sizeof(List),
                          .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = list_traverse};

// The struct begins with a dict: the base is set somewhere else.
typedef struct {
  PyDictObject dict;
  PyObject *proto;
} Stg;
static int stg_init(PyObject *o, PyObject *args, PyObject *kwargs) {
  Py_XSETREF(((Stg *)o)->proto, Py_NewRef(args));
  return 0;
}
DEALLOC(Stg, proto)
TYPE(Stg, .tp_init = stg_init);

// Instances of classes that Python code derives from it are collected, and use this tp_traverse.
typedef struct {
  PyObject_HEAD
  PyObject *data;
} Abstract;
static int abstract_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Abstract *)o)->data);
  return 0;
}
static int abstract_init(PyObject *o, PyObject *args, PyObject *kwargs) {
  Py_XSETREF(((Abstract *)o)->data, Py_NewRef(args));
  return 0;
}
DEALLOC(Abstract, data)
TYPE(Abstract, .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_traverse = abstract_traverse, .tp_init = abstract_init);
// A part that another unit fills: what it puts there is not known. And what Python code can use by itself.
typedef struct {
  PyObject_HEAD
  PyObject *text;
} Elsewhere;
DEALLOC(Elsewhere, text)
TYPE(Elsewhere, .tp_doc = "elsewhere");
typedef struct {
  PyObject_HEAD
  PyObject *text;
} Usable;
DEALLOC(Usable, text)
TYPE(Usable, .tp_new = PyType_GenericNew);
// CHECK: :[[@LINE-1]]:1: warning: type 'm.Usable' owns reference field 'text' but has no tp_traverse

// Links of an owner that begins with the first of them and visits the others.
typedef struct Ring {
  PyObject_HEAD
  struct Ring *next;
  PyObject *result;
} Ring;
DEALLOC(Ring, result)
TYPE(Ring, .tp_doc = "link");
typedef struct {
  Ring root;
  PyObject *function;
} Cached;
static PyObject *cached_call(PyObject *o, PyObject *args, PyObject *kwargs) {
  Cached *self = (Cached *)o;
  Ring *link = PyObject_New(Ring, &Ring_Type);
  if (link == NULL)
    return NULL;
  link->result = PyObject_Call(self->function, args, kwargs);
  link->next = self->root.next;
  self->root.next = link;
  return Py_XNewRef(link->result);
}
static int cached_traverse(PyObject *o, visitproc visit, void *arg) {
  Cached *self = (Cached *)o;
  Ring *link = self->root.next;
  while (link != &self->root) {
    Ring *next = link->next;
    Py_VISIT(link->result);
    link = next;
  }
  Py_VISIT(self->function);
  return 0;
}
static int cached_clear(PyObject *o) {
  Py_CLEAR(((Cached *)o)->function);
  return 0;
}
PyTypeObject Cached_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Cached", .tp_basicsize = sizeof(Cached), .tp_call = cached_call,
                           .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = cached_traverse, .tp_clear = cached_clear};

// The same links, but their owner visits only what it has in itself.
typedef struct Loose {
  PyObject_HEAD
  struct Loose *next;
  PyObject *result;
} Loose;
DEALLOC(Loose, result)
TYPE(Loose, .tp_doc = "item");
// CHECK: :[[@LINE-1]]:1: warning: type 'm.Loose' owns reference field 'result' but has no tp_traverse
typedef struct {
  Loose root;
  PyObject *function;
} Keeper;
static PyObject *keeper_call(PyObject *o, PyObject *args, PyObject *kwargs) {
  Loose *item = PyObject_New(Loose, &Loose_Type);
  if (item == NULL)
    return NULL;
  item->result = PyObject_Call(((Keeper *)o)->function, args, kwargs);
  item->next = ((Keeper *)o)->root.next;
  ((Keeper *)o)->root.next = item;
  return Py_XNewRef(item->result);
}
static int keeper_traverse(PyObject *o, visitproc visit, void *arg) {
  Keeper *self = (Keeper *)o;
  Py_VISIT(self->root.result);
  Py_VISIT(self->function);
  return 0;
}
PyTypeObject Keeper_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Keeper", .tp_basicsize = sizeof(Keeper), .tp_call = keeper_call,
                          .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = keeper_traverse, .tp_clear = cached_clear};
// CHECK: end of report
