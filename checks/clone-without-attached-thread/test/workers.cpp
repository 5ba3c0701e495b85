// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
// What runs in the threads of others: task libraries and algorithms that are asked for several threads.
#include <nanobind/nanobind.h>
#include <vector>

namespace tbb {
template <class Range, class Body> void parallel_for(const Range &, const Body &) {}
}
namespace std {
namespace execution {
class sequenced_policy {};
class parallel_policy {};
extern const sequenced_policy seq;
extern const parallel_policy par;
} // namespace execution
template <class Policy, class Iterator, class F> void for_each(Policy &&, Iterator, Iterator, F) {}
} // namespace std

namespace nb = nanobind;
void use(const nb::object &);

void each(std::vector<int> &values, nb::object callback) {
  tbb::parallel_for(values, [&](int) { nb::object own = callback; });
}
// CHECK: :[[@LINE-2]]:57: error: a 'nanobind::object' is copied, in 'lambda at line {{[0-9]+}}', which is entered detached (callback of tbb::parallel_for); another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-3]]:29: note: 'lambda at line {{[0-9]+}}' is handed over here as callback of tbb::parallel_for; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-4]]:51: note: 'own' is destroyed and drops its Python reference here too
// CHECK-NEXT: :[[@LINE-5]]:57: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

void algorithm(std::vector<int> &values, nb::object callback) {
  std::for_each(std::execution::par, values.begin(), values.end(), [&](int) { nb::object own = callback; });
}
// CHECK: :[[@LINE-2]]:96: error: a 'nanobind::object' is copied, in 'lambda at line {{[0-9]+}}', which is entered detached (callback of std::for_each); another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-3]]:68: note: 'lambda at line {{[0-9]+}}' is handed over here as callback of std::for_each; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-4]]:90: note: 'own' is destroyed and drops its Python reference here too
// CHECK-NEXT: :[[@LINE-5]]:96: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

// Silent: one thread, the caller's.
void in_order(std::vector<int> &values, nb::object callback) {
  std::for_each(std::execution::seq, values.begin(), values.end(), [&](int) { nb::object own = callback; });
}

// Silent: every worker attaches.
void attaching(std::vector<int> &values, nb::object callback) {
  tbb::parallel_for(values, [&](int) {
    nb::gil_scoped_acquire acquire;
    nb::object own = callback;
  });
}

// Silent: a reference to what the caller keeps.
void by_reference(std::vector<int> &values, nb::object callback) {
  tbb::parallel_for(values, [&](int) {
    const nb::object &borrowed = callback;
    (void)borrowed;
  });
}
// CHECK: end of report
