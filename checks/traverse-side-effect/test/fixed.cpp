// The repair: applied, compiled, silent.
// RUN: cp %s %t.cpp && %clang_tidy -load %plugin -checks='-*,ungil-traverse-side-effect' --fix %t.cpp -- -I%py314t -isystem %nanobind -std=c++17 -w -DPy_GIL_DISABLED=1
// RUN: %both --checks='-*,ungil-traverse-side-effect' %t.cpp -- -I%py314t -isystem %nanobind -std=c++17 -Werror | FileCheck --check-prefix=FIXED --implicit-check-not=warning: --implicit-check-not=error: %s
// RUN: FileCheck --check-prefix=TEXT --input-file %t.cpp %s
// FIXED: end of report
#include <nanobind/nanobind.h>

namespace nb = nanobind;

struct Wrapper {
  int value;
};
struct Object {
  PyObject_HEAD
  Wrapper wrapped;
};

static int traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  nb::object value = nb::find(((Object *)self)->wrapped);
  Py_VISIT(value.ptr());
  return 0;
}
// TEXT: nb::handle value = nb::find(((Object *)self)->wrapped);
static PyType_Slot type_slots[] = {{Py_tp_traverse, (void *)traverse}, {0, nullptr}};
PyType_Slot *slots[] = {type_slots};
