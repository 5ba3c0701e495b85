// A range-for over the dictionary class of a binding library calls PyDict_Next.
// RUN: %both --checks='-*,ungil-dict-next-unlocked' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>

namespace nanobind {
struct handle {
  PyObject *p = nullptr;
  handle() = default;
  handle(PyObject *p) : p(p) {}
  PyObject *ptr() const { return p; }
};
struct dict : handle {
  struct iterator {
    PyObject *operator*() const;
    iterator &operator++();
    bool operator!=(const iterator &) const;
  };
  dict() : handle(PyDict_New()) {}
  iterator begin() const;
  iterator end() const;
};
struct kwargs : dict {};
struct ft_object_guard {
  ft_object_guard(handle h) { PyCriticalSection_Begin(&section, h.ptr()); }
  ~ft_object_guard() { PyCriticalSection_End(&section); }
  PyCriticalSection section;
};
} // namespace nanobind

long unlocked(nanobind::dict options) {
  long count = 0;
  for (PyObject *key : options)
    count += key != Py_None;
  return count;
}
// CHECK: :[[@LINE-4]]:3: error: 'for' walks over the argument 'options' with PyDict_Next, without a critical section on it; another thread can change the dictionary under the walk and free what it has returned [ungil-dict-next-unlocked]
// CHECK-NEXT: note: 'unlocked' can be called
// CHECK-NEXT: note: hold a scoped critical section on the dictionary around the whole loop, or walk over a copy

long locked(nanobind::dict options) {
  long count = 0;
  nanobind::ft_object_guard guard(options);
  for (PyObject *key : options)
    count += key != Py_None;
  return count;
}
long keywords(nanobind::kwargs options) {
  long count = 0;
  for (PyObject *key : options)
    count += key != Py_None;
  return count;
}
long fresh() {
  long count = 0;
  nanobind::dict options;
  for (PyObject *key : options)
    count += key != Py_None;
  return count;
}
// CHECK-NEXT: end of report
