// RUN: %both --checks='-*,ungil-traverse-side-effect' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
#include <nanobind/nanobind.h>

namespace nb = nanobind;

struct Wrapper {
  int value;
};
struct Object {
  PyObject_HEAD
  Wrapper wrapped;
};

// The pattern of nanobind's documentation: a handle owns nothing.
static int good_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  nb::handle value = nb::find(((Object *)self)->wrapped);
  Py_VISIT(value.ptr());
  return 0;
}
static PyType_Slot good_slots[] = {{Py_tp_traverse, (void *)good_traverse}, {0, nullptr}};

static int bad_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  nb::object value = nb::find(((Object *)self)->wrapped);
  Py_VISIT(value.ptr());
  return 0;
}
static PyType_Slot bad_slots[] = {{Py_tp_traverse, (void *)bad_traverse}, {0, nullptr}};
// CHECK: :[[@LINE-5]]:22: error: 'find' is not allowed inside tp_traverse: it makes an object that owns a reference; use a handle [ungil-traverse-side-effect]
// CHECK-NEXT: :[[@LINE-2]]:52: note: 'bad_traverse' is tp_traverse; the collector calls it with all other threads stopped
// CHECK-NEXT: :[[@LINE-7]]:22: note: only visit what the object owns, and read it without taking references
PyType_Slot *slots[] = {good_slots, bad_slots};
// CHECK: end of report
