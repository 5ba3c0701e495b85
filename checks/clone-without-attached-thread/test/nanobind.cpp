// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
#include <nanobind/nanobind.h>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace nb = nanobind;
int work();

void copies(nb::object callback) {
  nb::gil_scoped_release release;
  nb::object keep = callback;
  work();
}
// CHECK: :[[@LINE-3]]:21: error: a 'nanobind::object' is copied, while a 'nanobind::gil_scoped_release' keeps the thread detached; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-5]]:14: note: 'keep' is destroyed and drops its Python reference here too
// CHECK-NEXT: :[[@LINE-6]]:21: note: take or drop the reference before detaching or after attaching again

struct Task {
  int id = 0;
  std::vector<nb::object> arguments;
};

Task made_task();

void outlived(nb::object callback) {
  nb::gil_scoped_release release;
  Task task = made_task();
  work();
}
// CHECK: :[[@LINE-3]]:8: error: 'task' is destroyed and drops its Python reference, while a 'nanobind::gil_scoped_release' keeps the thread detached; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-5]]:8: note: enclose the detached stretch in a block of its own, so that the object outlives it

void outer_block(nb::object callback) {
  nb::object keep;
  {
    nb::gil_scoped_release release;
    work();
  }
  keep = callback;
}

void order(nb::object callback) {
  nb::object keep = callback;
  nb::gil_scoped_release release;
  work();
}

void attaches_inside(nb::object callback) {
  nb::gil_scoped_release release;
  {
    nb::gil_scoped_acquire acquire;
    nb::object keep = callback;
    keep();
  }
  work();
}

void handles(nb::object callback) {
  nb::gil_scoped_release release;
  nb::handle borrowed = callback;
  const nb::object &reference = callback;
  PyObject *raw = callback.ptr();
  nb::object nothing;
  (void)borrowed, (void)reference, (void)raw;
}

void moves(nb::object callback, nb::object &out, std::vector<nb::object> &queue) {
  nb::gil_scoped_release release;
  nb::object taken = std::move(callback);
  PyObject *raw = taken.release().ptr();
  (void)raw;
}

nb::object made() {
  nb::gil_scoped_release release;
  int value = work();
  nb::gil_scoped_acquire acquire;
  return nb::cast(value);
}
// CHECK: end of report
