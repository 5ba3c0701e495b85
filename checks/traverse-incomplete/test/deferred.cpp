// References that wait in a list until their thread runs again.
// RUN: %both --checks='-*,ungil-traverse-incomplete,ungil-missing-clear' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <vector>

class State {
public:
  PyObject *current = nullptr;
  std::vector<PyObject *> waiting;

  void delete_later(PyObject *o) {
    Py_INCREF(o);
    waiting.push_back(o);
  }
  void drop() {
    std::vector<PyObject *> now = waiting;
    waiting.clear();
    for (PyObject *o : now)
      Py_DECREF(o);
  }
  int visit_all(visitproc visit, void *arg) {
    Py_VISIT(current);
    for (PyObject *o : waiting)
      Py_VISIT(o);
    return 0;
  }
  int visit_current(visitproc visit, void *arg) {
    Py_VISIT(current);
    return 0;
  }
};
struct Thread {
  PyObject_HEAD
  State state;
};

static PyObject *defer(PyObject *o, PyObject *value) {
  ((Thread *)o)->state.delete_later(value);
  Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"defer", defer, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
static int clear(PyObject *o) {
  Py_CLEAR(((Thread *)o)->state.current);
  ((Thread *)o)->state.drop();
  return 0;
}
static void dealloc(PyObject *o) {
  PyObject_GC_UnTrack(o);
  clear(o);
  Py_TYPE(o)->tp_free(o);
}

static int forgetful_traverse(PyObject *o, visitproc visit, void *arg) { return ((Thread *)o)->state.visit_current(visit, arg); }
// CHECK: :[[@LINE-1]]:12: warning: 'waiting' is owned by 'm.Forgetful' but not visited in 'forgetful_traverse'; cycles through it are never freed [ungil-traverse-incomplete]
// CHECK-NEXT: :[[@LINE-46]]:27: note: 'waiting' is not visited
// CHECK-NEXT: :[[@LINE-37]]:7: note: it owns a reference: 'State::drop' releases it here
// CHECK-NEXT: :[[@LINE-4]]:12: note: add a Py_VISIT for it here
static int traverse(PyObject *o, visitproc visit, void *arg) { return ((Thread *)o)->state.visit_all(visit, arg); }

PyTypeObject Forgetful = {PyVarObject_HEAD_INIT(nullptr, 0) "m.Forgetful", sizeof(Thread), 0, dealloc, 0, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                          nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, Py_TPFLAGS_HAVE_GC, nullptr, forgetful_traverse, clear, nullptr, 0, nullptr, nullptr, methods};
PyTypeObject Whole = {PyVarObject_HEAD_INIT(nullptr, 0) "m.Whole", sizeof(Thread), 0, dealloc, 0, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                      nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, Py_TPFLAGS_HAVE_GC, nullptr, traverse, clear, nullptr, 0, nullptr, nullptr, methods};
// CHECK: end of report
