/* Types that keep the collector's protocol and types that break it in one way each. prove.py puts instances of each into
 * cycles and compares what happens with what ungil says. */
#include <Python.h>
#include <stddef.h>
#include <structmember.h>

typedef struct {
  PyObject_HEAD
  PyObject *item;
} Box;
typedef struct {
  Box base;
  PyObject *extra;
} Sub;

static Py_ssize_t alive;

static PyObject *count(PyObject *module, PyObject *unused) { return PyLong_FromSsize_t(alive); }

static PyObject *new_counted(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  alive++;
  return type->tp_alloc(type, 0);
}
static PyObject *set_item(PyObject *o, PyObject *value) {
  PyObject *old = ((Box *)o)->item;
  Py_INCREF(value);
  ((Box *)o)->item = value;
  Py_XDECREF(old);
  Py_RETURN_NONE;
}
static PyObject *set_extra(PyObject *o, PyObject *value) {
  PyObject *old = ((Sub *)o)->extra;
  Py_INCREF(value);
  ((Sub *)o)->extra = value;
  Py_XDECREF(old);
  Py_RETURN_NONE;
}
static PyMethodDef box_methods[] = {{"set", set_item, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyMethodDef sub_methods[] = {{"set", set_item, METH_O, NULL}, {"set_extra", set_extra, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static int box_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Box *)o)->item);
  return 0;
}
static int box_clear(PyObject *o) {
  Py_CLEAR(((Box *)o)->item);
  return 0;
}
static void box_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  box_clear(o);
  alive--;
  type->tp_free(o);
  Py_DECREF(type);
}
#define TYPE(NAME, STRUCT, FLAGS, METHODS, DEALLOC, ...)                                                               \
  static PyType_Slot NAME##_slots[] = {{Py_tp_new, (void *)new_counted}, {Py_tp_methods, METHODS},                    \
                                       {Py_tp_dealloc, (void *)DEALLOC}, __VA_ARGS__ {0, NULL}};                       \
  static PyType_Spec NAME##_spec = {"gcproof." #NAME, sizeof(STRUCT), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | FLAGS, NAME##_slots}

TYPE(Fine, Box, Py_TPFLAGS_HAVE_GC, box_methods, box_dealloc, {Py_tp_traverse, (void *)box_traverse}, {Py_tp_clear, (void *)box_clear}, );

/* Not seen by the collector. */
static void plain_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  Py_CLEAR(((Box *)o)->item);
  alive--;
  type->tp_free(o);
  Py_DECREF(type);
}
TYPE(NoTraverse, Box, 0, box_methods, plain_dealloc, );

/* Owns strings only: needs no collector. */
typedef struct {
  PyObject_HEAD
  PyObject *name;
} Named;
static PyObject *named_set(PyObject *o, PyObject *value) {
  PyObject *old = ((Named *)o)->name;
  ((Named *)o)->name = PyObject_Str(value);
  Py_XDECREF(old);
  Py_RETURN_NONE;
}
static PyMethodDef named_methods[] = {{"set", named_set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static void named_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  Py_CLEAR(((Named *)o)->name);
  alive--;
  type->tp_free(o);
  Py_DECREF(type);
}
TYPE(FineNamed, Named, 0, named_methods, named_dealloc, );

/* The second field is not visited. */
static int forgetful_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Box *)o)->item);
  return 0;
}
static int sub_clear(PyObject *o) {
  Py_CLEAR(((Box *)o)->item);
  Py_CLEAR(((Sub *)o)->extra);
  return 0;
}
static void sub_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  sub_clear(o);
  alive--;
  type->tp_free(o);
  Py_DECREF(type);
}
TYPE(ForgetsField, Sub, Py_TPFLAGS_HAVE_GC, sub_methods, sub_dealloc, {Py_tp_traverse, (void *)forgetful_traverse}, {Py_tp_clear, (void *)sub_clear}, );

/* Found, but never broken. */
static int unclearable_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Box *)o)->item);
  return 0;
}
TYPE(NoClear, Box, Py_TPFLAGS_HAVE_GC, box_methods, box_dealloc, {Py_tp_traverse, (void *)unclearable_traverse}, );

/* Derived types: one calls the base, one visits the base's field itself, one forgets it. */
static int calling_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Sub *)o)->extra);
  return box_traverse(o, visit, arg);
}
static int inlining_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Sub *)o)->extra);
  Py_VISIT(((Sub *)o)->base.item);
  return 0;
}
static int baseless_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Sub *)o)->extra);
  return 0;
}
TYPE(FineCalling, Sub, Py_TPFLAGS_HAVE_GC, sub_methods, sub_dealloc, {Py_tp_traverse, (void *)calling_traverse}, {Py_tp_clear, (void *)sub_clear}, );
TYPE(FineInlining, Sub, Py_TPFLAGS_HAVE_GC, sub_methods, sub_dealloc, {Py_tp_traverse, (void *)inlining_traverse}, {Py_tp_clear, (void *)sub_clear}, );
TYPE(ForgetsBase, Sub, Py_TPFLAGS_HAVE_GC, sub_methods, sub_dealloc, {Py_tp_traverse, (void *)baseless_traverse}, {Py_tp_clear, (void *)sub_clear}, );

/* Instances do not visit their type. */
static int typeless_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Box *)o)->item);
  return 0;
}
TYPE(ForgetsType, Box, Py_TPFLAGS_HAVE_GC, box_methods, box_dealloc, {Py_tp_traverse, (void *)typeless_traverse}, {Py_tp_clear, (void *)box_clear}, );

/* Instances do not release their type. */
static void keeping_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  box_clear(o);
  alive--;
  Py_TYPE(o)->tp_free(o);
}
TYPE(KeepsType, Box, Py_TPFLAGS_HAVE_GC, box_methods, keeping_dealloc, {Py_tp_traverse, (void *)box_traverse}, {Py_tp_clear, (void *)box_clear}, );

/* The first field is not released with the object. */
static int halfway_clear(PyObject *o) {
  Py_CLEAR(((Box *)o)->item);
  Py_CLEAR(((Sub *)o)->extra);
  return 0;
}
static int both_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Box *)o)->item);
  Py_VISIT(((Sub *)o)->extra);
  return 0;
}
static void halfway_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((Sub *)o)->extra);
  alive--;
  type->tp_free(o);
  Py_DECREF(type);
}
TYPE(KeepsField, Sub, Py_TPFLAGS_HAVE_GC, sub_methods, halfway_dealloc, {Py_tp_traverse, (void *)both_traverse}, {Py_tp_clear, (void *)halfway_clear}, );

/* One field is found and never cleared. */
static int first_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Box *)o)->item);
  Py_VISIT(((Sub *)o)->extra);
  return 0;
}
static int first_clear(PyObject *o) {
  Py_CLEAR(((Box *)o)->item);
  return 0;
}
TYPE(ClearsHalf, Sub, Py_TPFLAGS_HAVE_GC, sub_methods, sub_dealloc, {Py_tp_traverse, (void *)first_traverse}, {Py_tp_clear, (void *)first_clear}, );

/* Derived types whose tp_clear and tp_dealloc forget the base. */
static int baseless_clear(PyObject *o) {
  Py_CLEAR(((Sub *)o)->extra);
  return 0;
}
TYPE(ForgetsBaseClear, Sub, Py_TPFLAGS_HAVE_GC, sub_methods, sub_dealloc, {Py_tp_traverse, (void *)calling_traverse}, {Py_tp_clear, (void *)baseless_clear}, );
static void baseless_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((Sub *)o)->extra);
  alive--;
  type->tp_free(o);
  Py_DECREF(type);
}
TYPE(ForgetsBaseDealloc, Sub, Py_TPFLAGS_HAVE_GC, sub_methods, baseless_dealloc, {Py_tp_traverse, (void *)calling_traverse}, {Py_tp_clear, (void *)sub_clear}, );
static int chained_clear(PyObject *o) {
  Py_CLEAR(((Sub *)o)->extra);
  return box_clear(o);
}
static void chained_dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  Py_CLEAR(((Sub *)o)->extra);
  box_dealloc(o);
}
TYPE(FineChained, Sub, Py_TPFLAGS_HAVE_GC, sub_methods, chained_dealloc, {Py_tp_traverse, (void *)calling_traverse}, {Py_tp_clear, (void *)chained_clear}, );

/* An array up to a count: visited by one type, forgotten by the other. */
typedef struct {
  PyObject_HEAD
  Py_ssize_t used;
  PyObject *items[8];
} Row;
static PyObject *row_set(PyObject *o, PyObject *value) {
  Row *self = (Row *)o;
  if (self->used < 8) {
    Py_INCREF(value);
    self->items[self->used++] = value;
  }
  Py_RETURN_NONE;
}
static PyMethodDef row_methods[] = {{"set", row_set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static int row_traverse(PyObject *o, visitproc visit, void *arg) {
  Row *self = (Row *)o;
  Py_VISIT(Py_TYPE(o));
  for (Py_ssize_t i = 0; i < self->used; i++)
    Py_VISIT(self->items[i]);
  return 0;
}
static int blind_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  return 0;
}
static int row_clear(PyObject *o) {
  Row *self = (Row *)o;
  while (self->used > 0) {
    PyObject *last = self->items[--self->used];
    self->items[self->used] = NULL;
    Py_XDECREF(last);
  }
  return 0;
}
static void row_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  row_clear(o);
  alive--;
  type->tp_free(o);
  Py_DECREF(type);
}
TYPE(FineRow, Row, Py_TPFLAGS_HAVE_GC, row_methods, row_dealloc, {Py_tp_traverse, (void *)row_traverse}, {Py_tp_clear, (void *)row_clear}, );
TYPE(ForgetsItems, Row, Py_TPFLAGS_HAVE_GC, row_methods, row_dealloc, {Py_tp_traverse, (void *)blind_traverse}, {Py_tp_clear, (void *)row_clear}, );

/* The instance's dictionary, and the list of weak references, which is nobody's to visit. */
typedef struct {
  PyObject_HEAD
  PyObject *dict;
  PyObject *weak;
} Open;
static PyMemberDef open_members[] = {{"__dictoffset__", T_PYSSIZET, offsetof(Open, dict), READONLY},
                                     {"__weaklistoffset__", T_PYSSIZET, offsetof(Open, weak), READONLY},
                                     {NULL, 0, 0, 0}};
static PyMethodDef no_methods[] = {{NULL, NULL, 0, NULL}};
static int open_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Open *)o)->dict);
  return 0;
}
static int shut_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  return 0;
}
static int open_clear(PyObject *o) {
  Py_CLEAR(((Open *)o)->dict);
  return 0;
}
static void open_dealloc(PyObject *o) {
  PyTypeObject *type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  if (((Open *)o)->weak)
    PyObject_ClearWeakRefs(o);
  open_clear(o);
  alive--;
  type->tp_free(o);
  Py_DECREF(type);
}
TYPE(FineOpen, Open, Py_TPFLAGS_HAVE_GC, no_methods, open_dealloc, {Py_tp_members, open_members}, {Py_tp_traverse, (void *)open_traverse}, {Py_tp_clear, (void *)open_clear}, );
TYPE(ForgetsDict, Open, Py_TPFLAGS_HAVE_GC, no_methods, open_dealloc, {Py_tp_members, open_members}, {Py_tp_traverse, (void *)shut_traverse}, {Py_tp_clear, (void *)open_clear}, );

/* Modules whose state holds a type: the module, the type and the state refer to each other. */
typedef struct {
  PyObject *type;
} State;
static Py_ssize_t states;
static PyType_Slot kept_slots[] = {{Py_tp_methods, no_methods}, {0, NULL}};
static PyType_Spec kept_spec = {"kept.Kept", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HEAPTYPE, kept_slots};
static int state_exec(PyObject *m) {
  State *state = PyModule_GetState(m);
  states++;
  state->type = PyType_FromModuleAndSpec(m, &kept_spec, NULL);
  return state->type ? 0 : -1;
}
static int state_traverse(PyObject *m, visitproc visit, void *arg) {
  State *state = PyModule_GetState(m);
  Py_VISIT(state->type);
  return 0;
}
static int state_clear(PyObject *m) {
  State *state = PyModule_GetState(m);
  Py_CLEAR(state->type);
  return 0;
}
static void state_free(void *m) {
  state_clear(m);
  states--;
}
static PyObject *count_states(PyObject *module, PyObject *unused) { return PyLong_FromSsize_t(states); }
static PyModuleDef_Slot state_slots[] = {{Py_mod_exec, (void *)state_exec}, {0, NULL}};
#define MODULE(NAME, TRAVERSE, CLEAR)                                                                                  \
  static struct PyModuleDef NAME##_module = {PyModuleDef_HEAD_INIT, #NAME, NULL, sizeof(State), NULL, state_slots, TRAVERSE, CLEAR, state_free}; \
  PyMODINIT_FUNC PyInit_##NAME(void) { return PyModuleDef_Init(&NAME##_module); }

MODULE(FineModule, state_traverse, state_clear)
MODULE(BlindModule, NULL, state_clear)

static PyObject *add(PyObject *module, PyType_Spec *spec, PyObject *base) {
  PyObject *type = PyType_FromModuleAndSpec(module, spec, base);
  if (type && PyModule_AddType(module, (PyTypeObject *)type) < 0)
    Py_CLEAR(type);
  return type;
}
static int exec(PyObject *m) {
  PyObject *fine = add(m, &Fine_spec, NULL);
  int made = fine && add(m, &NoTraverse_spec, NULL) && add(m, &FineNamed_spec, NULL) && add(m, &ForgetsField_spec, NULL) &&
             add(m, &NoClear_spec, NULL) && add(m, &FineCalling_spec, fine) && add(m, &FineInlining_spec, fine) &&
             add(m, &ForgetsBase_spec, fine) && add(m, &ForgetsType_spec, NULL) && add(m, &KeepsType_spec, NULL) &&
             add(m, &KeepsField_spec, NULL) && add(m, &ClearsHalf_spec, NULL) && add(m, &ForgetsBaseClear_spec, fine) &&
             add(m, &ForgetsBaseDealloc_spec, fine) && add(m, &FineChained_spec, fine) && add(m, &FineRow_spec, NULL) &&
             add(m, &ForgetsItems_spec, NULL) && add(m, &FineOpen_spec, NULL) && add(m, &ForgetsDict_spec, NULL);
  return made ? 0 : -1;
}
static PyMethodDef functions[] = {{"count", count, METH_NOARGS, NULL}, {"states", count_states, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "gcproof", NULL, 0, functions, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_gcproof(void) { return PyModuleDef_Init(&module); }
