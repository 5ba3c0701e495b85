// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
// References that the type of a variable does not show: in closures and in what pointers delete with.
#include <nanobind/nanobind.h>
#include <any>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace nb = nanobind;
int work();
nb::object make();

void copies_closure(nb::object callback) {
  std::function<void()> first = [callback] { work(); };
  nb::gil_scoped_release release;
  std::function<void()> second = first;
  second();
}
// CHECK: :[[@LINE-3]]:34: error: a 'std::function' is copied, while a 'nanobind::gil_scoped_release' keeps the thread detached; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-5]]:34: note: take or drop the reference before detaching or after attaching again

void deletes_with_lambda(PyObject *object) {
  nb::gil_scoped_release release;
  std::shared_ptr<PyObject> pointer(object, [](PyObject *o) { Py_DECREF(o); });
  work();
}
// CHECK: :[[@LINE-3]]:29: error: 'pointer' is destroyed and drops its Python reference, while a 'nanobind::gil_scoped_release' keeps the thread detached; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-5]]:63: note: in 'lambda at line {{[0-9]+}}', 'Py_DECREF' is called here
// CHECK-NEXT: :[[@LINE-6]]:29: note: enclose the detached stretch in a block of its own, so that the object outlives it

void deletes_with_function(PyObject *object) {
  nb::gil_scoped_release release;
  std::unique_ptr<PyObject, void (*)(PyObject *)> pointer(object, Py_DecRef);
  work();
}
// CHECK: :[[@LINE-3]]:51: error: 'pointer' is destroyed and drops its Python reference, while a 'nanobind::gil_scoped_release' keeps the thread detached; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-5]]:51: note: enclose the detached stretch in a block of its own, so that the object outlives it

struct Drop {
  void operator()(PyObject *object) const { Py_XDECREF(object); }
};
void deletes_with_class(PyObject *object) {
  nb::gil_scoped_release release;
  std::unique_ptr<PyObject, Drop> pointer(object);
  work();
}
// CHECK: :[[@LINE-3]]:35: error: 'pointer' is destroyed and drops its Python reference, while a 'nanobind::gil_scoped_release' keeps the thread detached; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-9]]:45: note: in 'Drop::operator()', 'Py_XDECREF' is called here
// CHECK-NEXT: :[[@LINE-6]]:35: note: enclose the detached stretch in a block of its own, so that the object outlives it

void in_optional(const nb::object &callback) {
  nb::gil_scoped_release release;
  std::optional<std::tuple<int, nb::object>> kept = std::make_tuple(1, callback);
  work();
}
// CHECK: :[[@LINE-3]]:53: error: a 'std::tuple' is destroyed and drops its Python reference, while a 'nanobind::gil_scoped_release' keeps the thread detached; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-5]]:46: note: 'kept' is destroyed and drops its Python reference here too
// CHECK-NEXT: :[[@LINE-6]]:53: note: enclose the detached stretch in a block of its own, so that the object outlives it

// Silent: the deleter attaches; the closure holds a reference to what the caller owns; an empty function.
struct DropAttached {
  void operator()(PyObject *object) const {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_XDECREF(object);
    PyGILState_Release(state);
  }
};
void deletes_well(PyObject *object, nb::object callback) {
  nb::gil_scoped_release release;
  std::unique_ptr<PyObject, DropAttached> pointer(object);
  std::shared_ptr<PyObject> shared(object, DropAttached());
  std::function<void()> function = [&callback] { work(); };
  std::function<void()> copied = function;
  std::function<void()> empty;
  copied();
}
// CHECK: end of report
