// Classes that nanobind binds, judged when asked for.
// RUN: %both --option ungil-missing-traverse.BindingTypes=true --checks='-*,ungil-missing-traverse' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
// RUN: %both --checks='-*,ungil-missing-traverse' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck --check-prefix=OFF %s
// OFF-NOT: warning:
// OFF: end of report
#include <functional>
#include <memory>
#include <nanobind/nanobind.h>
#include <vector>

namespace nb = nanobind;

struct Widget {
  nb::object owner;
  nb::str name;
  int size;
};
struct Group {
  std::vector<nb::object> members;
};
struct Watcher {
  std::function<void()> callback;
};
struct Timer {
  std::function<void()> tick; // C++ code sets it
};
struct Plain {
  nb::str name;
  nb::handle borrowed;
  std::unique_ptr<int> value;
};
struct Window : Widget {
  int height;
};
struct Inner {
  nb::dict data;
};
struct Outer {
  Inner inner;
};

static int widget_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  return 0;
}
static PyType_Slot widget_slots[] = {{Py_tp_traverse, (void *)widget_traverse}, {0, nullptr}};
static PyType_Slot other_slots[] = {{Py_tp_dealloc, nullptr}, {0, nullptr}};

NB_MODULE(bound, m) {
  nb::class_<Widget>(m, "Widget");
  // CHECK: :[[@LINE-1]]:3: warning: class 'Widget' owns reference member 'owner', but the type that is bound here has no tp_traverse; cycles through it are never freed [ungil-missing-traverse]
  // CHECK-NEXT: :[[@LINE-38]]:14: note: 'owner' can hold any object
  // CHECK-NEXT: :[[@LINE-3]]:3: note: give the type tp_traverse and tp_clear with nanobind::type_slots
  nb::class_<Group>(m, "Group");
  // CHECK: :[[@LINE-1]]:3: warning: class 'Group' owns reference member 'members', but the type
  // CHECK-NEXT: :[[@LINE-37]]:27: note: 'members' can hold any object
  // CHECK-NEXT: :[[@LINE-3]]:3: note: give the type tp_traverse and tp_clear with nanobind::type_slots
  nb::class_<Watcher>(m, "Watcher").def_rw("callback", &Watcher::callback);
  // CHECK: :[[@LINE-1]]:3: warning: class 'Watcher' owns reference member 'callback', but the type
  // CHECK-NEXT: :[[@LINE-38]]:25: note: 'callback' can hold any object
  // CHECK-NEXT: :[[@LINE-3]]:3: note: give the type tp_traverse and tp_clear with nanobind::type_slots
  nb::class_<Window>(m, "Window");
  // CHECK: :[[@LINE-1]]:3: warning: class 'Window' owns reference member 'owner', but the type
  // CHECK-NEXT: :[[@LINE-50]]:14: note: 'owner' can hold any object
  // CHECK-NEXT: :[[@LINE-3]]:3: note: give the type tp_traverse and tp_clear with nanobind::type_slots
  nb::class_<Outer>(m, "Outer");
  // CHECK: :[[@LINE-1]]:3: warning: class 'Outer' owns reference member 'data', but the type
  // CHECK-NEXT: :[[@LINE-32]]:12: note: 'data' can hold any object
  // CHECK-NEXT: :[[@LINE-3]]:3: note: give the type tp_traverse and tp_clear with nanobind::type_slots
  nb::class_<Group>(m, "Other", nb::type_slots(other_slots));
  // CHECK: :[[@LINE-1]]:3: warning: class 'Group' owns reference member 'members', but the type
  // CHECK-NEXT: :[[@LINE-53]]:27: note: 'members' can hold any object
  // CHECK-NEXT: :[[@LINE-3]]:3: note: give the type tp_traverse and tp_clear with nanobind::type_slots

  nb::class_<Widget>(m, "Good", nb::type_slots(widget_slots));
  nb::class_<Window, Widget>(m, "Derived"); // what the base owns is the base's to visit
  nb::class_<Timer>(m, "Timer");
  nb::class_<Plain>(m, "Plain");
}
// CHECK: end of report
