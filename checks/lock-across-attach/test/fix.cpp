// RUN: cp %s %t.cpp
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-lock-across-attach' --fix --quiet %t.cpp -- -I%py314t -isystem %nanobind -std=c++17 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.cpp --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-lock-across-attach' %t.cpp -- -I%py314t -isystem %nanobind -std=c++17 | FileCheck --check-prefix=AGAIN %s
#include <nanobind/nanobind.h>
#include <mutex>

namespace nb = nanobind;
int work();

static std::mutex outside;
static PyObject *adjacent(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> guard(outside);
  nb::gil_scoped_release release;
  work();
  Py_RETURN_NONE;
}

// No repair: something stands between the two.
static std::mutex other;
static PyObject *apart(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> guard(other);
  work();
  nb::gil_scoped_release release;
  work();
  Py_RETURN_NONE;
}
PyMethodDef methods[] = {{"adjacent", adjacent, METH_NOARGS, nullptr},
                         {"apart", apart, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
// FIXED-LABEL: static PyObject *adjacent(
// FIXED-NEXT: nb::gil_scoped_release release;
// FIXED-NEXT: std::lock_guard<std::mutex> guard(outside);
// FIXED-NEXT: work();
// FIXED-LABEL: static PyObject *apart(
// FIXED-NEXT: std::lock_guard<std::mutex> guard(other);
// AGAIN-NOT: 'outside'
// AGAIN: an attached thread waits for 'other'
