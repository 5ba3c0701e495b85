// The base is handed over where the type is made: in a tuple, alone, or through a helper.
// RUN: %both --checks='-*,ungil-traverse-base-delegation' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-base-delegation' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *link;
} Thing;
typedef struct {
  Thing base;
  PyObject *extra;
} Derived;
static int thing_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Thing *)o)->link);
  return 0;
}
static int thing_clear(PyObject *o) {
  Py_CLEAR(((Thing *)o)->link);
  return 0;
}
static PyType_Slot thing_slots[] = {{Py_tp_traverse, (void *)thing_traverse}, {Py_tp_clear, (void *)thing_clear}, {0, NULL}};
static PyType_Spec thing_spec = {"m.Thing", sizeof(Thing), 0, Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, thing_slots};
static int clear(PyObject *o) {
  Py_CLEAR(((Derived *)o)->extra);
  return thing_clear(o);
}
// A traversal that calls the base, for a type that is made in each of the ways.
static int good_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Derived *)o)->extra);
  return thing_traverse(o, visit, arg);
}
#define DERIVED(NAME)                                                                                                                                   \
  static PyType_Slot NAME##_slots[] = {{Py_tp_traverse, (void *)NAME##_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};                             \
  static PyType_Spec NAME##_spec = {"m." #NAME, sizeof(Derived), 0, Py_TPFLAGS_HAVE_GC, NAME##_slots};                                                  \
  static PyType_Slot NAME##_good_slots[] = {{Py_tp_traverse, (void *)good_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};                          \
  static PyType_Spec NAME##_good_spec = {"m." #NAME "Good", sizeof(Derived), 0, Py_TPFLAGS_HAVE_GC, NAME##_good_slots};

static int packed_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Derived *)o)->extra);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.packed' derives from collected type 'm.Thing', but 'packed_traverse' does not call the base's tp_traverse; fields of the base are not visited [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-22]]:20: note: the base 'm.Thing' is defined here
// CHECK-NEXT: :[[@LINE-7]]:12: note: end with the base's tp_traverse, called on the base's own type object
DERIVED(packed)
static int built_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Derived *)o)->extra);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.built' derives from collected type 'm.Thing', but 'built_traverse' does not call the base's tp_traverse; fields of the base are not visited [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-31]]:20: note: the base 'm.Thing' is defined here
// CHECK-NEXT: :[[@LINE-7]]:12: note: end with the base's tp_traverse, called on the base's own type object
DERIVED(built)
static int filled_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Derived *)o)->extra);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.filled' derives from collected type 'm.Thing', but 'filled_traverse' does not call the base's tp_traverse; fields of the base are not visited [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-40]]:20: note: the base 'm.Thing' is defined here
// CHECK-NEXT: :[[@LINE-7]]:12: note: end with the base's tp_traverse, called on the base's own type object
DERIVED(filled)
static int alone_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Derived *)o)->extra);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.alone' derives from collected type 'm.Thing', but 'alone_traverse' does not call the base's tp_traverse; fields of the base are not visited [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-49]]:20: note: the base 'm.Thing' is defined here
// CHECK-NEXT: :[[@LINE-7]]:12: note: end with the base's tp_traverse, called on the base's own type object
DERIVED(alone)
static int chosen_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Derived *)o)->extra);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.chosen' derives from collected type 'm.Thing', but 'chosen_traverse' does not call the base's tp_traverse; fields of the base are not visited [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-58]]:20: note: the base 'm.Thing' is defined here
// CHECK-NEXT: :[[@LINE-7]]:12: note: end with the base's tp_traverse, called on the base's own type object
DERIVED(chosen)
static int helped_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Derived *)o)->extra);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.helped' derives from collected type 'm.Thing', but 'helped_traverse' does not call the base's tp_traverse; fields of the base are not visited [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-67]]:20: note: the base 'm.Thing' is defined here
// CHECK-NEXT: :[[@LINE-7]]:12: note: end with the base's tp_traverse, called on the base's own type object
DERIVED(helped)
static int unmodular_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Derived *)o)->extra);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'm.unmodular' derives from collected type 'm.Thing', but 'unmodular_traverse' does not call the base's tp_traverse; fields of the base are not visited [ungil-traverse-base-delegation]
// CHECK-NEXT: :[[@LINE-76]]:20: note: the base 'm.Thing' is defined here
// CHECK-NEXT: :[[@LINE-7]]:12: note: end with the base's tp_traverse, called on the base's own type object
DERIVED(unmodular)

typedef struct {
  PyTypeObject *thing;
  PyObject *kept[16];
} State;
static int add_type(PyObject *m, PyTypeObject **into, PyType_Spec *spec, PyObject *bases) {
  *into = (PyTypeObject *)PyType_FromModuleAndSpec(m, spec, bases);
  return *into ? PyModule_AddType(m, *into) : -1;
}
static int exec(PyObject *m) {
  State *state = (State *)PyModule_GetState(m);
  PyObject *thing = PyType_FromModuleAndSpec(m, &thing_spec, NULL);
  PyObject *packed = PyTuple_Pack(1, thing);
  state->kept[0] = PyType_FromModuleAndSpec(m, &packed_spec, packed);
  state->kept[1] = PyType_FromModuleAndSpec(m, &packed_good_spec, packed);
  PyObject *built = Py_BuildValue("(O)", thing);
  state->kept[2] = PyType_FromModuleAndSpec(m, &built_spec, built);
  state->kept[3] = PyType_FromModuleAndSpec(m, &built_good_spec, built);
  PyObject *filled = PyTuple_New(1);
  PyTuple_SET_ITEM(filled, 0, Py_NewRef(thing));
  state->kept[4] = PyType_FromModuleAndSpec(m, &filled_spec, filled);
  state->kept[5] = PyType_FromModuleAndSpec(m, &filled_good_spec, filled);
  state->kept[6] = PyType_FromModuleAndSpec(m, &alone_spec, thing);
  state->kept[7] = PyType_FromModuleAndSpec(m, &alone_good_spec, thing);
  PyObject *chosen = thing ? PyTuple_Pack(1, thing) : NULL;
  state->kept[8] = PyType_FromMetaclass(NULL, m, &chosen_spec, chosen);
  state->kept[9] = PyType_FromMetaclass(NULL, m, &chosen_good_spec, chosen);
  state->kept[12] = PyType_FromSpecWithBases(&unmodular_spec, packed);
  state->kept[13] = PyType_FromSpecWithBases(&unmodular_good_spec, packed);
  PyTypeObject *one, *other;
  if (add_type(m, &state->thing, &thing_spec, NULL) < 0)
    return -1;
  if (add_type(m, &one, &helped_spec, (PyObject *)state->thing) < 0)
    return -1;
  return add_type(m, &other, &helped_good_spec, (PyObject *)state->thing);
}
PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
// CHECK: end of report
