// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=c++17 | %filecheck %s
// What speaks for or against company when the callers are not seen.
#include <Python.h>
#include <mutex>

namespace pybind11 {
struct handle {};
template <class T> struct class_ {
  class_(handle, const char *);
  template <class F> class_ &def(const char *, F &&);
};
} // namespace pybind11
namespace py = pybind11;

PyObject *make();
bool known(const char *);

// Who takes a lock expects company.
static std::mutex mutex;
static PyObject *shared;
PyObject *get_shared() {
  if (!shared) {
    std::lock_guard<std::mutex> held(mutex);
    if (!shared)
      shared = make();
  }
  return shared;
}

// The methods of the module use it as it is: initialisation, in another unit, has come first.
static PyObject *table;
int add_to_table(PyTypeObject *type, PyTypeObject *other, int flags) {
  if (!table)
    table = PyDict_New();
  return PyDict_SetItem(table, (PyObject *)type, (PyObject *)other);
}
int in_table(PyTypeObject *type, int flags) { return PyDict_Contains(table, (PyObject *)type); }

// A value that must not be there yet.
struct Cursor {
  PyObject_HEAD
  PyObject *query;
};
static void complain(const char *text) { PyErr_SetString(PyExc_RuntimeError, text); }
static PyObject *execute(PyObject *op, PyObject *query) {
  Cursor *self = reinterpret_cast<Cursor *>(op);
  if (self->query) {
    complain("only once");
    return nullptr;
  }
  self->query = PyObject_Str(query);
  Py_RETURN_NONE;
}
PyMethodDef methods[] = {{"execute", execute, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

// Templates that the unit does not use.
template <class Iterator> py::handle make_iterator(Iterator first) {
  if (!known("iterator")) {
    py::class_<Iterator>(py::handle(), "iterator").def("__next__", [](Iterator &it) { return *it; });
  }
  return {};
}
template <class Iterator> py::handle make_iterator_locked(Iterator first) {
  std::lock_guard<std::mutex> held(mutex);
  if (!known("iterator"))
    py::class_<Iterator>(py::handle(), "iterator").def("__next__", [](Iterator &it) { return *it; });
  return {};
}
// CHECK: :[[@LINE-47]]:8: warning: 'shared' is tested without the lock that its initialisation holds; double-checked locking needs an acquire load here and a release store [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-49]]:11: note: 'get_shared' can be called from elsewhere, by any thread
// CHECK-NEXT: :[[@LINE-46]]:7: note: stored here in 'get_shared', holding 'mutex'
// CHECK-NEXT: :[[@LINE-50]]:8: note: load with acquire here and store with release, or take the lock first
// CHECK: :[[@LINE-15]]:7: warning: a Python type is registered on first use without synchronisation; concurrent callers can both register it [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-15]]:5: note: registered here in 'make_iterator'
// CHECK-NEXT: :[[@LINE-17]]:7: note: register it in the module's initialisation, or look it up and register it under one lock
// CHECK: end of report
