// RUN: %both --checks='-*,ungil-traverse-incomplete' %s -- -I%py314t -std=c++20 | %filecheck %s
#include <Python.h>

#include <map>
#include <string>
#include <vector>

// Fields of a struct that the object owns, and containers of references.
struct Extra {
  PyObject *seen;
  PyObject *unseen;
};
struct Tree : PyObject {
  Extra *extra;
  std::vector<PyObject *> children;
  std::map<std::string, PyObject *> named;
  std::vector<PyObject *> hidden;
};

static int tree_traverse(PyObject *o, visitproc visit, void *arg) {
  auto *self = static_cast<Tree *>(o);
  Py_VISIT(Py_TYPE(o));
  if (self->extra)
    Py_VISIT(self->extra->seen);
  for (PyObject *child : self->children)
    Py_VISIT(child);
  for (auto &[name, value] : self->named)
    Py_VISIT(value);
  return 0;
}
// CHECK: :[[@LINE-11]]:12: warning: 'unseen' and 'hidden' are owned by 'm.Tree' but not visited in 'tree_traverse'; cycles through them are never freed [ungil-traverse-incomplete]
// CHECK-NEXT: :[[@LINE-21]]:13: note: 'unseen' is not visited
// CHECK-NEXT: :[[@LINE+8]]:5: note: it owns a reference: 'tree_clear' releases it here
// CHECK-NEXT: :[[@LINE-17]]:27: note: 'hidden' is not visited
// CHECK-NEXT: :[[@LINE+13]]:5: note: it owns a reference: 'tree_clear' releases it here
// CHECK-NEXT: :[[@LINE-16]]:12: note: add a Py_VISIT for each of them here
static int tree_clear(PyObject *o) {
  auto *self = static_cast<Tree *>(o);
  if (self->extra) {
    Py_CLEAR(self->extra->seen);
    Py_CLEAR(self->extra->unseen);
  }
  for (PyObject *&child : self->children)
    Py_CLEAR(child);
  for (auto &entry : self->named)
    Py_CLEAR(entry.second);
  for (auto it = self->hidden.begin(); it != self->hidden.end(); ++it)
    Py_CLEAR(*it);
  return 0;
}
static PyType_Slot slots[] = {{Py_tp_traverse, (void *)tree_traverse}, {Py_tp_clear, (void *)tree_clear}, {0, nullptr}};
PyType_Spec spec = {"m.Tree", sizeof(Tree), 0, Py_TPFLAGS_HAVE_GC, slots};
// CHECK: end of report
