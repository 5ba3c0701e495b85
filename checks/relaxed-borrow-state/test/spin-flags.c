// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -std=gnu11 | %filecheck %s
// Flags of C11 and of the compilers; what sets a lock up is no release.
#include <stdatomic.h>
#include <stdlib.h>

static atomic_flag first = ATOMIC_FLAG_INIT, second = ATOMIC_FLAG_INIT;
int take_first(void) { return !atomic_flag_test_and_set_explicit(&first, memory_order_relaxed); }
void drop_first(void) { atomic_flag_clear_explicit(&first, memory_order_release); }
int take_second(void) { return !atomic_flag_test_and_set(&second); }
void drop_second(void) { atomic_flag_clear_explicit(&second, memory_order_relaxed); }

static char builtin;
int take_builtin(void) { return !__atomic_test_and_set(&builtin, __ATOMIC_RELAXED); }
void drop_builtin(void) { __atomic_clear(&builtin, __ATOMIC_RELAXED); }

static int legacy;
int take_legacy(void) { return __sync_bool_compare_and_swap(&legacy, 0, 1); }
void drop_legacy(void) { __atomic_store_n(&legacy, 0, __ATOMIC_RELAXED); }

typedef struct {
  atomic_int taken;
} Lock;
Lock *make_lock(void) {
  Lock *lock = malloc(sizeof(Lock));
  atomic_store_explicit(&lock->taken, 0, memory_order_relaxed);
  return lock;
}
int take(Lock *lock) {
  int free_value = 0;
  return atomic_compare_exchange_strong_explicit(&lock->taken, &free_value, 1, memory_order_acquire, memory_order_relaxed);
}
void drop(Lock *lock) { atomic_store_explicit(&lock->taken, 0, memory_order_release); }
// CHECK: :[[@LINE-26]]:32: error: 'first' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-26]]:25: note: given back here in 'drop_first'
// CHECK-NEXT: :[[@LINE-28]]:32: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-26]]:26: error: 'second' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-28]]:33: note: taken here in 'take_second'
// CHECK-NEXT: :[[@LINE-28]]:26: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-26]]:34: error: 'builtin' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-26]]:27: note: given back here in 'drop_builtin'
// CHECK-NEXT: :[[@LINE-28]]:34: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-28]]:27: error: 'builtin' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-30]]:34: note: taken here in 'take_builtin'
// CHECK-NEXT: :[[@LINE-30]]:27: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-27]]:26: error: 'legacy' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-29]]:32: note: taken here in 'take_legacy'
// CHECK-NEXT: :[[@LINE-29]]:26: note: without release, the next holder can miss the writes made before this
// CHECK: end of report
