// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// Containers whose content is taken out: swapped, moved from, exchanged.
#include <Python.h>
#include <utility>
#include <vector>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

static std::vector<int> swapped, moved, assigned, exchanged, copied{1, 2};
static PyObject *drain(PyObject *, PyObject *) {
  std::vector<int> first, third;
  std::swap(first, swapped);
  std::vector<int> second = std::move(moved);
  third = std::move(assigned);
  auto fourth = std::exchange(exchanged, {});
  std::vector<int> fifth = copied;
  return PyLong_FromSize_t(first.size() + second.size() + third.size() + fourth.size() + fifth.size());
}
METHOD(drain)
// CHECK: :[[@LINE-8]]:20: warning: 'swapped' is updated in 'drain' with no common lock; threads corrupt it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-2]]:1: note: 'drain' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-13]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-10]]:29: warning: 'moved' is updated in 'drain' with no common lock; threads corrupt it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-5]]:1: note: 'drain' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-16]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-12]]:21: warning: 'assigned' is updated in 'drain' with no common lock; threads corrupt it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-8]]:1: note: 'drain' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-19]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-14]]:31: warning: 'exchanged' is updated in 'drain' with no common lock; threads corrupt it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-11]]:1: note: 'drain' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-22]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: end of report
