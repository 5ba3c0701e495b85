// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
// Destructors that empty a member before it dies.
#include <nanobind/nanobind.h>
#include <optional>
#include <thread>
#include <utility>

namespace nb = nanobind;
int work();

// Silent: attaches and empties it whenever it holds something.
class Emptied {
public:
  explicit Emptied(nb::object &&o) : object(std::move(o)) {}
  Emptied(Emptied &&other) : object(std::move(other.object)) {}
  ~Emptied() {
    if (object && object->is_valid()) {
      nb::gil_scoped_acquire attached;
      object.reset();
    }
  }

private:
  std::optional<nb::object> object;
};
void empties(Emptied &&owner) {
  std::thread([own = std::move(owner)] { work(); }).detach();
}

// Silent: the same by an assignment.
class Assigned {
public:
  Assigned(Assigned &&other) : object(std::move(other.object)) {}
  ~Assigned() {
    nb::gil_scoped_acquire attached;
    object = nb::object();
  }

private:
  nb::object object;
};
void assigns(Assigned &&owner) {
  std::thread([own = std::move(owner)] { work(); }).detach();
}

// Only when something else is so.
class Sometimes {
public:
  Sometimes(Sometimes &&other) : object(std::move(other.object)), done(other.done) {}
  ~Sometimes() {
    if (done) {
      nb::gil_scoped_acquire attached;
      object.reset();
    }
  }

private:
  std::optional<nb::object> object;
  bool done = false;
};
void sometimes(Sometimes &&owner) {
  std::thread([own = std::move(owner)] { work(); }).detach();
}
// CHECK: :[[@LINE-2]]:16: error: 'own' is destroyed and drops its Python reference, in 'lambda at line {{[0-9]+}}', which is entered detached (callback of std::thread::thread); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-3]]:15: note: 'lambda at line {{[0-9]+}}' is handed over here as callback of std::thread::thread; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-4]]:16: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

// Another member is left.
class Other {
public:
  Other(Other &&other) : object(std::move(other.object)), left(std::move(other.left)) {}
  ~Other() {
    nb::gil_scoped_acquire attached;
    object.reset();
  }

private:
  std::optional<nb::object> object, left;
};
void others(Other &&owner) {
  std::thread([own = std::move(owner)] { work(); }).detach();
}
// CHECK: :[[@LINE-2]]:16: error: 'own' is destroyed and drops its Python reference, in 'lambda at line {{[0-9]+}}', which is entered detached (callback of std::thread::thread); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-3]]:15: note: 'lambda at line {{[0-9]+}}' is handed over here as callback of std::thread::thread; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-4]]:16: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread
// CHECK: end of report
