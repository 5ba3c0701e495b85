// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -std=c++20 | %filecheck %s
// Flags that are nothing but set and cleared, and the free functions of <atomic>.
#include <atomic>

static std::atomic_flag busy = ATOMIC_FLAG_INIT;
void lock() {
  while (busy.test_and_set(std::memory_order_relaxed))
    while (busy.test(std::memory_order_relaxed))
      ;
}
void unlock() { busy.clear(std::memory_order_relaxed); }

static std::atomic_flag named = ATOMIC_FLAG_INIT;
bool try_named() { return !std::atomic_flag_test_and_set_explicit(&named, std::memory_order_relaxed); }
void leave_named() { std::atomic_flag_clear_explicit(&named, std::memory_order_relaxed); }

static std::atomic<int> owner{0};
bool try_owner() { return std::atomic_exchange_explicit(&owner, 1, std::memory_order_relaxed) == 0; }
void leave_owner() { std::atomic_store_explicit(&owner, 0, std::memory_order_relaxed); }

// As it should be.
static std::atomic_flag ordered = ATOMIC_FLAG_INIT;
bool try_ordered() { return !ordered.test_and_set(std::memory_order_acquire); }
void leave_ordered() { ordered.clear(std::memory_order_release); }
static std::atomic_flag plain = ATOMIC_FLAG_INIT;
bool try_plain() { return !plain.test_and_set(); }
void leave_plain() { std::atomic_flag_clear(&plain); }

// Set once, never cleared: no lock.
static std::atomic_flag warned = ATOMIC_FLAG_INIT;
bool warn_once() { return !warned.test_and_set(std::memory_order_relaxed); }
// CHECK: :[[@LINE-25]]:10: error: 'busy' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-22]]:17: note: given back here in 'unlock'
// CHECK-NEXT: :[[@LINE-27]]:10: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-24]]:17: error: 'busy' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-29]]:10: note: taken here in 'lock'
// CHECK-NEXT: :[[@LINE-26]]:17: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-24]]:28: error: 'named' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-24]]:22: note: given back here in 'leave_named'
// CHECK-NEXT: :[[@LINE-26]]:28: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-26]]:22: error: 'named' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-28]]:28: note: taken here in 'try_named'
// CHECK-NEXT: :[[@LINE-28]]:22: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-26]]:27: error: 'owner' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-26]]:22: note: given back here in 'leave_owner'
// CHECK-NEXT: :[[@LINE-28]]:27: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-28]]:22: error: 'owner' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-30]]:27: note: taken here in 'try_owner'
// CHECK-NEXT: :[[@LINE-30]]:22: note: without release, the next holder can miss the writes made before this
// CHECK: end of report
