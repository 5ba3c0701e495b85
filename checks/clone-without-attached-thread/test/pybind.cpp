// REQUIRES: pybind11
// RUN: %both --checks='-*,ungil-clone-without-attached-thread,ungil-detached-api-call' %s -- -isystem %py311 -std=c++17 | %filecheck %s
#include <pybind11/pybind11.h>
#include <thread>

namespace py = pybind11;
int work();

void copies(py::object callback) {
  py::gil_scoped_release release;
  py::object keep = callback;
  work();
}
// CHECK: :[[@LINE-3]]:21: error: a 'pybind11::object' is copied, while a 'pybind11::gil_scoped_release' keeps the thread detached; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-5]]:14: note: 'keep' is destroyed and drops its Python reference here too
// CHECK-NEXT: :[[@LINE-6]]:21: note: take or drop the reference before detaching or after attaching again

void in_a_thread(py::object callback) { std::thread([callback] { work(); }).detach(); }
// CHECK: :[[@LINE-1]]:54: error: 'callback' is destroyed and drops its Python reference, in 'lambda at line {{[0-9]+}}', which is entered detached (callback of std::thread::thread); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-2]]:53: note: 'lambda at line {{[0-9]+}}' is handed over here as callback of std::thread::thread; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-3]]:54: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

void calls(py::object callback) {
  py::gil_scoped_release release;
  callback(1);
}
// CHECK: :[[@LINE-2]]:3: error: 'object_api::operator()' needs an attached thread state but is called while a 'pybind11::gil_scoped_release' keeps the thread detached [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-4]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-4]]:3: note: move it out of the detached stretch, or attach around it

void good(py::object callback) {
  {
    py::gil_scoped_release release;
    work();
  }
  py::object keep = callback;
  callback();
}

void good_thread(py::object callback) {
  std::thread([p = callback.release().ptr()] {
    work();
    py::gil_scoped_acquire acquire;
    py::reinterpret_steal<py::object>(p)();
  }).detach();
}

void good_capture(py::object callback) {
  std::thread([callback]() mutable {
    work();
    py::gil_scoped_acquire acquire;
    callback();
    callback = py::none();
  }).detach();
}

void bind(py::module_ &m) {
  m.def("copies", &copies);
  m.def("in_a_thread", &in_a_thread);
  m.def("calls", &calls);
  m.def("good", &good);
  m.def("good_thread", &good_thread);
  m.def("good_capture", &good_capture);
  m.def("guarded", [](py::object item) { work(); }, py::call_guard<py::gil_scoped_release>());
  m.def("guarded_well", [](int item) { work(); }, py::call_guard<py::gil_scoped_release>());
}
// CHECK: :[[@LINE-3]]:34: error: 'item' is destroyed and drops its Python reference, in 'lambda at line {{[0-9]+}}', which is entered detached (def under a call_guard that detaches); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-4]]:20: note: 'lambda at line {{[0-9]+}}' is handed over here as def under a call_guard that detaches; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-5]]:34: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread
// CHECK: end of report
