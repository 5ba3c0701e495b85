// The same omission in types that are defined in each way, and what a union holds.
// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

// A type without fields says nothing about what a PyObject * points to.
static PyType_Slot plain_slots[] = {{0, NULL}};
PyType_Spec plain_spec = {"m.Plain", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, plain_slots};

#define STRUCT(NAME)      \
  typedef struct {        \
    PyObject_HEAD         \
    PyObject *kept;       \
    PyObject *forgotten;  \
  } NAME
#define CLEAR(NAME, LOWER)                    \
  static int LOWER##_clear(PyObject *o) {     \
    Py_CLEAR(((NAME *)o)->kept);              \
    Py_CLEAR(((NAME *)o)->forgotten);         \
    return 0;                                 \
  }

STRUCT(Positional);
CLEAR(Positional, positional)
static int positional_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Positional *)o)->kept);
  return 0;
}
// CHECK: :[[@LINE-4]]:12: warning: 'forgotten' is owned by 'm.Positional' but not visited in 'positional_traverse'; cycles through it are never freed [ungil-traverse-incomplete]
// CHECK-NEXT: :[[@LINE-7]]:1: note: 'forgotten' is not visited
// CHECK-NEXT: :[[@LINE-7]]:1: note: it owns a reference: 'positional_clear' releases it here
// CHECK-NEXT: :[[@LINE-7]]:12: note: add a Py_VISIT for it here
PyTypeObject Positional_Type = {PyVarObject_HEAD_INIT(NULL, 0) "m.Positional", sizeof(Positional), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Py_TPFLAGS_HAVE_GC, NULL, positional_traverse, positional_clear};

STRUCT(Designated);
CLEAR(Designated, designated)
static int designated_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Designated *)o)->kept);
  return 0;
}
// CHECK: :[[@LINE-4]]:12: warning: 'forgotten' is owned by 'm.Designated' but not visited in 'designated_traverse'
// CHECK-NEXT: :[[@LINE-7]]:1: note: 'forgotten' is not visited
// CHECK-NEXT: :[[@LINE-7]]:1: note: it owns a reference: 'designated_clear' releases it here
// CHECK-NEXT: :[[@LINE-7]]:12: note: add a Py_VISIT for it here
PyTypeObject Designated_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Designated", .tp_basicsize = sizeof(Designated), .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = designated_traverse, .tp_clear = designated_clear};

STRUCT(Assigned);
CLEAR(Assigned, assigned)
static int assigned_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Assigned *)o)->kept);
  return 0;
}
// CHECK: :[[@LINE-4]]:12: warning: 'forgotten' is owned by 'm.Assigned' but not visited in 'assigned_traverse'
// CHECK-NEXT: :[[@LINE-7]]:1: note: 'forgotten' is not visited
// CHECK-NEXT: :[[@LINE-7]]:1: note: it owns a reference: 'assigned_clear' releases it here
// CHECK-NEXT: :[[@LINE-7]]:12: note: add a Py_VISIT for it here
static PyTypeObject Assigned_Type = {PyVarObject_HEAD_INIT(NULL, 0) "m.Assigned"};
int ready(void) {
  Assigned_Type.tp_basicsize = sizeof(Assigned);
  Assigned_Type.tp_flags = Py_TPFLAGS_DEFAULT;
  Assigned_Type.tp_flags |= Py_TPFLAGS_HAVE_GC;
  Assigned_Type.tp_traverse = assigned_traverse;
  Assigned_Type.tp_clear = assigned_clear;
  return PyType_Ready(&Assigned_Type);
}

#define TYPE(NAME, LOWER)                                                                                                     \
  static PyType_Slot LOWER##_slots[] = {{Py_tp_traverse, (void *)LOWER##_traverse}, {Py_tp_clear, (void *)LOWER##_clear}, {0, NULL}}; \
  PyType_Spec LOWER##_spec = {"m." #NAME, sizeof(NAME), 0, Py_TPFLAGS_HAVE_GC, LOWER##_slots}
STRUCT(Generated);
CLEAR(Generated, generated)
static int generated_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Generated *)o)->kept);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'forgotten' is owned by 'm.Generated' but not visited in 'generated_traverse'
// CHECK-NEXT: :[[@LINE-8]]:1: note: 'forgotten' is not visited
// CHECK-NEXT: :[[@LINE-8]]:1: note: it owns a reference: 'generated_clear' releases it here
// CHECK-NEXT: :[[@LINE-8]]:12: note: add a Py_VISIT for it here
TYPE(Generated, generated);

// A tag says what the union holds; who looks at the tag knows.
typedef struct {
  PyObject_HEAD
  int tag;
  union {
    PyObject *object;
    double number;
  } as;
} Tagged;
static int tagged_traverse(PyObject *o, visitproc visit, void *arg) {
  Tagged *self = (Tagged *)o;
  Py_VISIT(Py_TYPE(o));
  if (self->tag == 1)
    Py_VISIT(self->as.object);
  return 0;
}
static int tagged_clear(PyObject *o) {
  Tagged *self = (Tagged *)o;
  if (self->tag == 1)
    Py_CLEAR(self->as.object);
  return 0;
}
TYPE(Tagged, tagged);
typedef struct {
  PyObject_HEAD
  int tag;
  union {
    PyObject *object;
    double number;
  } as;
} Untold;
static int untold_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  return 0;
}
// CHECK: :[[@LINE-4]]:12: warning: 'object' is owned by 'm.Untold' but not visited in 'untold_traverse'
// CHECK-NEXT: :[[@LINE-9]]:15: note: 'object' is not visited
// CHECK-NEXT: :[[@LINE+5]]:5: note: it owns a reference: 'untold_clear' releases it here
// CHECK-NEXT: :[[@LINE-7]]:12: note: add a Py_VISIT for it here
static int untold_clear(PyObject *o) {
  Untold *self = (Untold *)o;
  if (self->tag == 1)
    Py_CLEAR(self->as.object);
  return 0;
}
TYPE(Untold, untold);

// The dictionary of the instance, in the old way.
typedef struct {
  PyObject_HEAD
  PyObject *dict;
} Open;
static int open_traverse(PyObject *o, visitproc visit, void *arg) { return 0; }
// CHECK: :[[@LINE-1]]:12: warning: 'dict' is owned by 'm.Open' but not visited in 'open_traverse'
// CHECK-NEXT: :[[@LINE-4]]:13: note: 'dict' is not visited
// CHECK-NEXT: :[[@LINE+2]]:187: note: it owns a reference: it holds the instance's __dict__
// CHECK-NEXT: :[[@LINE-4]]:12: note: add a Py_VISIT for it here
PyTypeObject Open_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "m.Open", .tp_basicsize = sizeof(Open), .tp_flags = Py_TPFLAGS_HAVE_GC, .tp_traverse = open_traverse, .tp_dictoffset = offsetof(Open, dict)};

// Instances that are never freed.
STRUCT(Eternal);
CLEAR(Eternal, eternal)
static int eternal_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Eternal *)o)->kept);
  return 0;
}
TYPE(Eternal, eternal);
void make_immortal(PyObject *o);
PyObject *eternal_make(PyTypeObject *type) {
  Eternal *self = PyObject_GC_New(Eternal, type);
  if (self)
    make_immortal((PyObject *)self);
  return (PyObject *)self;
}
// CHECK: end of report
