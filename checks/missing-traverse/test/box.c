// RUN: %both --checks='-*,ungil-missing-traverse' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-missing-traverse' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *item;
} Box;

static int box_init(PyObject *o, PyObject *a, PyObject *k) {
  PyObject *v;
  if (!PyArg_ParseTuple(a, "O", &v))
    return -1;
  Py_XSETREF(((Box *)o)->item, Py_NewRef(v));
  return 0;
}
static void box_dealloc(PyObject *o) {
  PyTypeObject *t = Py_TYPE(o);
  Py_XDECREF(((Box *)o)->item);
  t->tp_free(o);
  Py_DECREF(t);
}
static PyType_Slot box_slots[] = {{Py_tp_init, (void *)box_init}, {Py_tp_dealloc, (void *)box_dealloc}, {0, NULL}};
PyType_Spec box_spec = {"m.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT, box_slots};
// CHECK: :[[@LINE-1]]:13: warning: type 'm.Box' owns reference field 'item' but has no tp_traverse; cycles through it are never freed [ungil-missing-traverse]
// CHECK-NEXT: :[[@LINE-19]]:13: note: 'item' can hold any object
// CHECK-NEXT: :[[@LINE-8]]:3: note: it owns a reference: 'box_dealloc' releases it here
// CHECK-NEXT: :[[@LINE-4]]:13: note: add Py_TPFLAGS_HAVE_GC, tp_traverse and tp_clear, and untrack first in tp_dealloc

// A static type, its slots given later and through a helper.
typedef struct {
  PyObject_HEAD
  PyObject *callbacks[4];
} Hub;
static void drop_all(PyObject **which, int n) {
  for (int i = 0; i < n; i++)
    Py_CLEAR(which[i]);
}
static void hub_dealloc(Hub *self) {
  drop_all(self->callbacks, 4);
  Py_TYPE(self)->tp_free((PyObject *)self);
}
static PyObject *hub_set(Hub *self, PyObject *callback) {
  Py_XSETREF(self->callbacks[0], Py_NewRef(callback));
  Py_RETURN_NONE;
}
static PyMethodDef hub_methods[] = {{"set", (PyCFunction)(void (*)(void))hub_set, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyTypeObject Hub_Type = {PyVarObject_HEAD_INIT(NULL, 0) "m.Hub", sizeof(Hub)};
// CHECK: :[[@LINE-1]]:21: warning: type 'm.Hub' owns reference field 'callbacks' but has no tp_traverse; cycles through it are never freed
// CHECK-NEXT: :[[@LINE-17]]:13: note: 'callbacks' can hold any object
// CHECK-NEXT: :[[@LINE-14]]:5: note: it owns a reference: 'drop_all' releases it here
// CHECK-NEXT: :[[@LINE-4]]:21: note: add Py_TPFLAGS_HAVE_GC, tp_traverse and tp_clear, and untrack first in tp_dealloc
int ready(void) {
  Hub_Type.tp_dealloc = (destructor)hub_dealloc;
  Hub_Type.tp_methods = hub_methods;
  return PyType_Ready(&Hub_Type);
}

// The flag alone: the interpreter refuses to make the type.
static PyType_Slot lone_slots[] = {{Py_tp_init, (void *)box_init}, {0, NULL}};
PyType_Spec lone_spec = {"m.Lone", sizeof(Box), 0, Py_TPFLAGS_HAVE_GC, lone_slots};
// CHECK: :[[@LINE-1]]:13: warning: type 'm.Lone' sets Py_TPFLAGS_HAVE_GC without tp_traverse; making the type raises SystemError
// CHECK-NEXT: :[[@LINE-2]]:13: note: add tp_traverse and tp_clear, or drop the flag

// The function alone: the collector never calls it.
static int box_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Box *)o)->item);
  return 0;
}
static PyType_Slot unflagged_slots[] = {
    {Py_tp_dealloc, (void *)box_dealloc}, {Py_tp_traverse, (void *)box_traverse}, {0, NULL}};
PyType_Spec unflagged_spec = {"m.Unflagged", sizeof(Box), 0, Py_TPFLAGS_DEFAULT, unflagged_slots};
// CHECK: :[[@LINE-1]]:13: warning: type 'm.Unflagged' owns reference field 'item' and has tp_traverse, but not Py_TPFLAGS_HAVE_GC, so the collector does not call it; cycles through it are never freed
// CHECK-NEXT: :[[@LINE-67]]:13: note: 'item' can hold any object
// CHECK-NEXT: :[[@LINE-56]]:3: note: it owns a reference: 'box_dealloc' releases it here
// CHECK-NEXT: :[[@LINE-4]]:13: note: add Py_TPFLAGS_HAVE_GC, and allocate and free the instances as the collector needs
// CHECK: end of report
