// RUN: %both --checks='-*,ungil-detached-api-call,ungil-unbalanced-thread-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Functions that call one another.
#include <Python.h>
#include <unistd.h>

struct node {
  struct node *next, *child;
};

// What the one touches, the other reaches.
static void visit_list(struct node *node);
static void visit(struct node *node) {
  if (node->child)
    visit_list(node->child);
  else
    PyErr_Clear();
}
static void visit_list(struct node *node) {
  for (; node; node = node->next)
    visit(node);
}

PyObject *visits(PyObject *m, PyObject *a) {
  struct node root = {NULL, NULL};
  Py_BEGIN_ALLOW_THREADS
  visit_list(&root);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:3: error: 'visit_list' reaches 'PyErr_Clear', which needs an attached thread state, but is called after Py_BEGIN_ALLOW_THREADS detached the thread [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-6]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-12]]:5: note: in 'visit_list', 'visit' is called here
// CHECK-NEXT: :[[@LINE-19]]:5: note: in 'visit', 'visit_list' is called here
// CHECK-NEXT: :[[@LINE-14]]:5: note: in 'visit_list', 'visit' is called here
// CHECK-NEXT: :[[@LINE-19]]:5: note: in 'visit', 'PyErr_Clear' is called here
// CHECK-NEXT: :[[@LINE-10]]:3: note: keep the error in a local variable, and raise after re-attaching (or between Py_BLOCK_THREADS and Py_UNBLOCK_THREADS)

// A function that attaches, itself or in a deeper call of itself, leaves its caller attached.
static void attach_below(PyThreadState *state, int depth) {
  if (depth == 0)
    PyEval_RestoreThread(state);
  else
    attach_below(state, depth - 1);
}
PyObject *attaches_below(PyObject *m, PyObject *a) {
  PyThreadState *state = PyEval_SaveThread();
  (void)getpid();
  attach_below(state, 3);
  PyErr_Clear();
  Py_RETURN_NONE;
}

// Toggles that call one another.
static int retry(PyThreadState **state, int times);
static int attempt(PyThreadState **state, int times) {
  PyEval_RestoreThread(*state);
  PyErr_Clear();
  *state = PyEval_SaveThread();
  return times ? retry(state, times - 1) : 0;
}
static int retry(PyThreadState **state, int times) {
  (void)getpid();
  return attempt(state, times);
}
PyObject *retries(PyObject *m, PyObject *a) {
  int result;
  Py_BEGIN_ALLOW_THREADS
  result = retry(&_save, 3);
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(result);
}

// Only a path on which it does not return would be detached.
static void fails(int depth) {
  if (depth)
    fails(depth - 1);
  Py_FatalError("broken");
}
PyObject *gives_up(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0)
    fails(3);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
// CHECK: end of report
