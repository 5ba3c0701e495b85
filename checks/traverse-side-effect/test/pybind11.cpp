// REQUIRES: pybind11, system-python
// The pattern of pybind11's documentation: a cast to a reference owns nothing.
// RUN: %both --checks='-*,ungil-traverse-side-effect' %s -- -isystem %py311 -std=c++17 | %filecheck %s
#include <pybind11/pybind11.h>

namespace py = pybind11;

struct OwnsPythonObjects {
  py::object value;
};
static int traverse(PyObject *self_base, visitproc visit, void *arg) {
  auto &self = py::cast<OwnsPythonObjects &>(py::handle(self_base));
  Py_VISIT(self.value.ptr());
  return 0;
}
static int owning_traverse(PyObject *self_base, visitproc visit, void *arg) {
  py::object value = py::reinterpret_borrow<py::object>(self_base);
  Py_VISIT(value.ptr());
  return 0;
}
PyType_Slot slots[] = {{Py_tp_traverse, (void *)traverse}, {0, nullptr}};
PyType_Slot owning_slots[] = {{Py_tp_traverse, (void *)owning_traverse}, {0, nullptr}};
// CHECK: :[[@LINE-6]]:22: error: 'reinterpret_borrow' is not allowed inside tp_traverse: it makes an object that owns a reference; use a handle [ungil-traverse-side-effect]
// CHECK-NEXT: :[[@LINE-2]]:48: note: 'owning_traverse' is tp_traverse; the collector calls it with all other threads stopped
// CHECK-NEXT: :[[@LINE-8]]:22: note: only visit what the object owns, and read it without taking references
// CHECK: end of report
