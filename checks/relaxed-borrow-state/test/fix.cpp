// The hints change the order argument and nothing else; what comes out compiles and is silent.
// RUN: cp %s %t.cpp
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-relaxed-borrow-state' --fix --quiet %t.cpp -- -std=c++17
// RUN: sh -c 'diff %s %t.cpp || true' | FileCheck --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %t.cpp -- -std=c++17 | FileCheck --check-prefix=AGAIN %s
// AGAIN-NOT: error
// AGAIN: end of report
#include <atomic>
using namespace std;

struct BorrowFlag {
  std::atomic<int> flag{0};
  bool try_borrow() {
    int seen = flag.load(std::memory_order_relaxed);
    while (seen >= 0)
      if (flag.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed, std::memory_order_relaxed))
        return true;
    return false;
  }
  void release() { flag.fetch_sub(1, /*order*/ memory_order_relaxed); }
};
struct Counted {
  std::atomic<int> count{1};
  void drop() {
    if (count.fetch_sub(1, std::memory_order_release) == 1)
      delete this;
  }
};
struct Lock {
  std::atomic<bool> taken{false};
  bool try_lock() { return !taken.exchange(true, std::memory_order_relaxed); }
  void unlock() { taken.store(false, std::memory_order_release); }
};
void use() {
  BorrowFlag b;
  if (b.try_borrow())
    b.release();
  Lock l;
  if (l.try_lock())
    l.unlock();
  (new Counted)->drop();
}
// FIXED: {{^}}16c16
// FIXED-NEXT: {{^}}<       if (flag.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed, std::memory_order_relaxed))
// FIXED: {{^}}>       if (flag.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire, std::memory_order_relaxed))
// FIXED-NEXT: {{^}}20c20
// FIXED: {{^}}>   void release() { flag.fetch_sub(1, /*order*/ memory_order_release); }
// FIXED-NEXT: {{^}}25c25
// FIXED: {{^}}>     if (count.fetch_sub(1, std::memory_order_acq_rel) == 1)
// FIXED-NEXT: {{^}}31c31
// FIXED: {{^}}>   bool try_lock() { return !taken.exchange(true, std::memory_order_acquire); }
// FIXED-NOT: {{^[0-9]}}
