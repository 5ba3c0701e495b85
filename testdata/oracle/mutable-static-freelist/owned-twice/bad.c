// rule: ungil-mutable-static-freelist
// oracle: crash
// needs: free-threaded
// driver: threads
// since: 3.13
//
// The same list, judged by its consequence.

#include "fixture.h"

#include <stdatomic.h>

#define CAPACITY 16
typedef struct {
  PyObject_HEAD
  _Atomic int owners;
} Node;

static Node *free_list[CAPACITY];
static int free_count;
static _Atomic int owned_twice;

static PyObject *node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Node *node = NULL;
  if (free_count > 0)
    node = free_list[--free_count]; // FLAG
  if (node)
    PyObject_Init((PyObject *)node, type);
  else
    node = (Node *)type->tp_alloc(type, 0);
  if (node && atomic_fetch_add(&node->owners, 1) != 0)
    atomic_fetch_add(&owned_twice, 1);
  return (PyObject *)node;
}

static void node_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  int kept = 0;
  atomic_fetch_sub(&((Node *)self)->owners, 1);
  if (free_count < CAPACITY) {
    free_list[free_count++] = (Node *)self;
    kept = 1;
  }
  if (!kept)
    type->tp_free(self);
  Py_DECREF(type);
}

static PyType_Slot node_slots[] = {{Py_tp_new, (void *)node_new}, {Py_tp_dealloc, (void *)node_dealloc}, {0, NULL}};
static PyType_Spec node_spec = {"fixture.Node", sizeof(Node), 0, Py_TPFLAGS_DEFAULT, node_slots};
static PyObject *node_type;

static int exec(PyObject *module) {
  node_type = PyType_FromModuleAndSpec(module, &node_spec, NULL);
  return node_type ? 0 : -1;
}

static PyObject *run(PyObject *module, PyObject *arg) {
  for (int i = 0; i < 20; ++i) {
    PyObject *node = node_new((PyTypeObject *)node_type, NULL, NULL);
    if (!node)
      return NULL;
    Py_DECREF(node);
  }
  Py_RETURN_NONE;
}

static PyObject *check(PyObject *module, PyObject *unused) {
  if (owned_twice)
    abort(); // two threads got one object: what a crash a little later would show
  Py_RETURN_TRUE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {"check", check, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
