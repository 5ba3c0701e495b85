// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -std=c++17 | %filecheck %s
#include <atomic>

struct BorrowFlag {
  std::atomic<int> flag{0};
  bool try_borrow() {
    int seen = flag.load(std::memory_order_relaxed);
    while (seen >= 0)
      if (flag.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed))
        return true;
    return false;
  }
  void release() { flag.fetch_sub(1, std::memory_order_relaxed); }
};

struct Lock {
  std::atomic<bool> taken{false};
  bool try_lock() { return !taken.exchange(true, std::memory_order_relaxed); }
  void unlock() { taken.store(false, std::memory_order_relaxed); }
};

struct Counted {
  std::atomic<int> count{1};
  void drop() {
    if (count.fetch_sub(1, std::memory_order_release) == 1)
      delete this;
  }
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
// CHECK: :[[@LINE-30]]:11: error: 'flag' acts as a borrow flag, but this compare-exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-27]]:20: note: given back here in 'BorrowFlag::release'
// CHECK-NEXT: :[[@LINE-32]]:11: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-29]]:20: error: 'flag' acts as a borrow flag, but this decrement is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-34]]:11: note: taken here in 'BorrowFlag::try_borrow'
// CHECK-NEXT: :[[@LINE-31]]:20: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-27]]:29: error: 'taken' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-27]]:19: note: given back here in 'Lock::unlock'
// CHECK-NEXT: :[[@LINE-29]]:29: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-29]]:19: error: 'taken' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-31]]:29: note: taken here in 'Lock::try_lock'
// CHECK-NEXT: :[[@LINE-31]]:19: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-26]]:9: error: 'count' acts as a reference count, but this decrement is memory_order_release; protected data is not ordered with it (needs acq_rel) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-27]]:9: note: the thread that destroys the object must see what every other holder did: release to pass it on, acquire before destroying
// CHECK: end of report
