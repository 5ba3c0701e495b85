// REQUIRES: pybind11, system-python
// RUN: %both --option ungil-missing-traverse.BindingTypes=true --checks='-*,ungil-missing-traverse' %s -- -isystem %py311 -std=c++17 | %filecheck %s
#include <pybind11/pybind11.h>

namespace py = pybind11;

struct Owner {
  py::object held;
  py::str name;
};
struct Leaf {
  py::str name;
  py::int_ number;
};

PYBIND11_MODULE(bound, m) {
  py::class_<Owner>(m, "Bad");
  // CHECK: :[[@LINE-1]]:3: warning: class 'Owner' owns reference member 'held', but the type that is bound here has no tp_traverse; cycles through it are never freed [ungil-missing-traverse]
  // CHECK-NEXT: :[[@LINE-11]]:14: note: 'held' can hold any object
  // CHECK-NEXT: :[[@LINE-3]]:3: note: give the type tp_traverse and tp_clear with pybind11::custom_type_setup
  py::class_<Owner>(m, "Good", py::custom_type_setup([](PyHeapTypeObject *heap_type) {
                      auto *type = &heap_type->ht_type;
                      type->tp_flags |= Py_TPFLAGS_HAVE_GC;
                      type->tp_traverse = [](PyObject *self, visitproc visit, void *arg) {
                        Py_VISIT(py::cast<Owner &>(py::handle(self)).held.ptr());
                        return 0;
                      };
                    }));
  py::class_<Leaf>(m, "Leaf");
}
// CHECK: end of report
