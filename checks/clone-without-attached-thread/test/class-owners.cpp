// REQUIRES: pybind11
// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -isystem %py311 -std=c++17 | %filecheck %s
// A class refers to itself, so the reference that a variable drops when the process ends is never the last one.
#include <pybind11/pybind11.h>

namespace py = pybind11;
struct Error : std::exception {};

PYBIND11_MODULE(owners, m) {
  static py::exception<Error> error(m, "Error");
  static py::object list = m.attr("list");
}
// CHECK: :[[@LINE-2]]:21: error: 'list' drops its Python reference when the process ends, and no thread is attached after the interpreter has gone; a destructor that runs there crashes [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-3]]:21: note: empty it in a function that atexit calls, or never destroy it: keep it in the module's state, in a pointer, or in a gil_safe_call_once_and_store
// CHECK: end of report
