// To walk the interpreters and their thread states is a race; to ask whether there is an interpreter is none.
// RUN: %both --checks='-*,ungil-known-racy-api' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-known-racy-api' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

static PyObject *alive(PyObject *self, PyObject *unused) { return PyBool_FromLong(PyInterpreterState_Head() != NULL); }

static PyObject *count(PyObject *self, PyObject *unused) {
  long n = 0;
  for (PyInterpreterState *i = PyInterpreterState_Head(); i; i = PyInterpreterState_Next(i))
    n += PyInterpreterState_ThreadHead(i) != NULL;
  return PyLong_FromLong(n);
}
// CHECK: :[[@LINE-4]]:66: warning: 'PyInterpreterState_Next' has a known data race on free-threaded Python: the thread states of other threads can be deleted while they are walked (gh-127235) [ungil-known-racy-api]
// CHECK-NEXT: note: 'count' is
// CHECK-NEXT: note: keep a list of your own threads under a lock instead
// CHECK-NEXT: :[[@LINE-6]]:10: warning: 'PyInterpreterState_ThreadHead' has a known data race
// CHECK-NEXT: note: 'count' is
// CHECK-NEXT: note: keep a list of your own threads under a lock instead

PyMethodDef methods[] = {{"alive", alive, METH_NOARGS, NULL}, {"count", count, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
// CHECK-NEXT: end of report
