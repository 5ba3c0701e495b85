/* Types that keep the collector's protocol and types that break it in one way each. prove.py puts instances of each into
 * cycles and compares what happens with what ungil says. */
#include <Python.h>

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
             add(m, &ForgetsBase_spec, fine) && add(m, &ForgetsType_spec, NULL) && add(m, &KeepsType_spec, NULL);
  return made ? 0 : -1;
}
static PyMethodDef functions[] = {{"count", count, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "gcproof", NULL, 0, functions, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_gcproof(void) { return PyModuleDef_Init(&module); }
