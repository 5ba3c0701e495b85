// RUN: %both --checks='-*,ungil-inconsistent-locking' %s -- -I%py314t -std=c++17 | %filecheck %s
// Members that Python code stores in directly, beside methods that take the object's lock.
#include <Python.h>
#include <atomic>
#include <mutex>
#include <string>

namespace pybind11 {
struct module_ {};
template <class T> struct class_ {
  class_(module_ &, const char *) {}
  template <class F> class_ &def(const char *, F &&) { return *this; }
  template <class C, class D> class_ &def_readwrite(const char *, D C::*) { return *this; }
  template <class C, class D> class_ &def_readonly(const char *, D C::*) { return *this; }
};
} // namespace pybind11
namespace py = pybind11;

struct Stack {
  void rename(const std::string &to) {
    std::lock_guard<std::mutex> guard(mutex);
    name = to;
  }
  std::string describe() {
    std::lock_guard<std::mutex> guard(mutex);
    return name + note + kept;
  }
  std::mutex mutex;
  std::string name, note, kept;
  std::atomic<int> uses;
};

// No lock anywhere: as Python's own objects without one.
struct Plain {
  void rename(const std::string &to) { name = to; }
  std::string name;
};

PyMODINIT_FUNC PyInit_stacks(void) {
  static py::module_ m;
  py::class_<Stack>(m, "Stack")
      .def("rename", &Stack::rename)
      .def("describe", &Stack::describe)
      .def_readwrite("name", &Stack::name)
      .def_readwrite("uses", &Stack::uses)
      .def_readonly("kept", &Stack::kept);
  py::class_<Plain>(m, "Plain").def("rename", &Plain::rename).def_readwrite("name", &Plain::name);
  return nullptr;
}
// CHECK: :[[@LINE-6]]:30: warning: 'Stack.name' is offered to Python code as 'name', which reads and writes it without 'this->mutex', which 2 of 2 functions that use it hold [ungil-inconsistent-locking]
// CHECK-NEXT: :[[@LINE-29]]:5: note: written here in 'Stack::rename', holding 'this->mutex'
// CHECK-NEXT: :[[@LINE-8]]:30: note: bind a getter and a setter that take the lock instead
