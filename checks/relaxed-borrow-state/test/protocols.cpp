// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -std=c++17 | %filecheck %s
// Which value is free and which is taken; an exclusive borrow that becomes a shared one; templates that the unit does not
// instantiate.
#include <atomic>

// Nobody makes one of these here.
template <class T> class Cell {
public:
  bool try_shared() {
    int seen = flag.load(std::memory_order_relaxed);
    while (seen >= 0)
      if (flag.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire, std::memory_order_relaxed))
        return true;
    return false;
  }
  bool try_exclusive() {
    int expected = 0;
    return flag.compare_exchange_strong(expected, -1, std::memory_order_relaxed);
  }
  void release_shared() { flag.fetch_sub(1, std::memory_order_release); }
  void downgrade() { flag.store(1, std::memory_order_relaxed); }

private:
  std::atomic<int> flag{0};
  T value;
};

// Free is 1, as for a semaphore.
static std::atomic<int> available{1};
bool take() {
  int expected = 1;
  return available.compare_exchange_strong(expected, 0, std::memory_order_acquire);
}
void give() { available.store(1, std::memory_order_relaxed); }

// Each state follows another: 2 says that the work is done, and takes nothing back.
static std::atomic<int> state{0};
int begin() {
  int expected = 0;
  return state.compare_exchange_strong(expected, 1, std::memory_order_relaxed);
}
void finish() { state.store(2, std::memory_order_relaxed); }
// CHECK: :[[@LINE-25]]:12: error: 'flag' acts as a borrow flag, but this compare-exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-24]]:27: note: given back here in 'Cell::release_shared'
// CHECK-NEXT: :[[@LINE-27]]:12: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-25]]:22: error: 'flag' acts as a borrow flag, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-35]]:11: note: taken here in 'Cell::try_shared'
// CHECK-NEXT: :[[@LINE-27]]:22: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-15]]:15: error: 'available' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-18]]:10: note: taken here in 'take'
// CHECK-NEXT: :[[@LINE-17]]:15: note: without release, the next holder can miss the writes made before this
// CHECK: end of report
