// RUN: %both --checks='-*,ungil-atomic-rmw-split' %s -- -std=c++17 | %filecheck %s
// A thread's function races with itself when it is started more than once.
#include <atomic>
#include <thread>
#include <vector>

static std::atomic<long> twice{0}, in_loop{0}, alone{0};

static void add_twice() { twice.store(twice.load() + 1); }
static void add_in_loop() { in_loop.store(in_loop.load() + 1); }
static void add_alone() { alone.store(alone.load() + 1); }

void run() {
  auto work = [] { add_twice(); };
  std::thread a(work), b(work);
  std::vector<std::thread> many;
  for (int i = 0; i != 4; ++i)
    many.push_back(std::thread(add_in_loop));
  std::thread once(add_alone);
  a.join(), b.join(), once.join();
  for (std::thread &t : many)
    t.join();
}
// CHECK: :[[@LINE-15]]:27: warning: update of atomic 'twice' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-10]]:17: note: 'lambda at line {{[0-9]+}}' is callback of std::thread::thread; several threads can run it at once
// CHECK-NEXT: :[[@LINE-12]]:20: note: which calls 'add_twice' here
// CHECK-NEXT: :[[@LINE-18]]:39: note: loaded here
// CHECK-NEXT: :[[@LINE-19]]:27: note: use fetch_add, or compare_exchange in a loop
// CHECK: :[[@LINE-19]]:29: warning: update of atomic 'in_loop' is a separate load and store; concurrent updates are lost [ungil-atomic-rmw-split]
// CHECK-NEXT: :[[@LINE-12]]:32: note: 'add_in_loop' is callback of std::thread::thread; several threads can run it at once
// CHECK-NEXT: :[[@LINE-21]]:43: note: loaded here
// CHECK-NEXT: :[[@LINE-22]]:29: note: use fetch_add, or compare_exchange in a loop
// CHECK: end of report
