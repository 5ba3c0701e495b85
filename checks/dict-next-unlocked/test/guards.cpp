// Guards that take a handle made from the pointer on the spot; tests of the dictionary that keep nothing.
// RUN: %both --checks='-*,ungil-dict-next-unlocked' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>

namespace nanobind {
struct handle {
  PyObject *p;
  handle(PyObject *p) : p(p) {}
  PyObject *ptr() const { return p; }
};
struct ft_object_guard {
  ft_object_guard(handle h) { PyCriticalSection_Begin(&section, h.ptr()); }
  ~ft_object_guard() { PyCriticalSection_End(&section); }
  PyCriticalSection section;
};
} // namespace nanobind

template <class T> void check(bool condition, T message) {
  if (!condition)
    Py_FatalError(message);
}

static PyObject *wrong_object(PyObject *self, PyObject *dict) {
  nanobind::ft_object_guard guard(self);
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(dict, &pos, &key, &value))
    Py_INCREF(value);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:10: error: 'PyDict_Next' walks over the argument 'dict' without a critical section on it
// CHECK-NEXT: note: 'wrong_object' is a method
// CHECK-NEXT: note: the section that is certain to be held here is on something else
// CHECK-NEXT: note: hold Py_BEGIN_CRITICAL_SECTION on the dictionary around the whole loop

static PyObject *right_object(PyObject *self, PyObject *dict) {
  nanobind::ft_object_guard guard(dict);
  PyObject *key, *value;
  Py_ssize_t pos = 0;
  while (PyDict_Next(dict, &pos, &key, &value))
    Py_INCREF(value);
  Py_RETURN_NONE;
}

static PyObject *checked(PyObject *self, PyObject *other) {
  PyObject *dict = PyDict_New(), *key, *value;
  Py_ssize_t pos = 0;
  check(dict, "out of memory");
  PyDict_Update(dict, other);
  while (PyDict_Next(dict, &pos, &key, &value))
    Py_INCREF(value);
  return dict;
}

PyMethodDef methods[] = {{"wrong", wrong_object, METH_O, nullptr}, {"right", right_object, METH_O, nullptr},
                         {"checked", checked, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
