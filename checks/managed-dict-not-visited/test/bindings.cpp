// Attributes that a class gets from its binding library are visited by the library's own tp_traverse.
// REQUIRES: pybind11, system-python
// RUN: %both --checks='-*,ungil-managed-dict-not-visited' %s -- -isystem %py311 -std=c++17 | %filecheck %s
#include <pybind11/pybind11.h>

namespace py = pybind11;

struct Open {
  int value = 0;
};

PYBIND11_MODULE(bound, m) { py::class_<Open>(m, "Open", py::dynamic_attr()).def_readwrite("value", &Open::value); }
// CHECK: end of report
