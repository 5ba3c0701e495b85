// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// The same flag in every dialect of C.
#include <Python.h>
#include <stdatomic.h>

static atomic_int c11;
int take_c11(void) {
  int expected = 0;
  return atomic_compare_exchange_strong_explicit(&c11, &expected, 1, memory_order_relaxed, memory_order_relaxed);
}
void drop_c11(void) { atomic_store_explicit(&c11, 0, memory_order_relaxed); }

static int builtin;
int take_builtin(void) { return !__atomic_exchange_n(&builtin, 1, __ATOMIC_RELAXED); }
void drop_builtin(void) { __atomic_store_n(&builtin, 0, __ATOMIC_RELAXED); }

static int python;
int take_python(void) {
  int expected = 0;
  return _Py_atomic_compare_exchange_int(&python, &expected, 1);
}
void drop_python(void) { _Py_atomic_store_int_relaxed(&python, 0); }

long InterlockedCompareExchangeNoFence(long volatile *, long, long);
long InterlockedExchange(long volatile *, long);
static long volatile windows;
int take_windows(void) { return InterlockedCompareExchangeNoFence(&windows, 1, 0) == 0; }
void drop_windows(void) { InterlockedExchange(&windows, 0); }
// CHECK: :[[@LINE-20]]:10: error: 'c11' acts as a lock, but this compare-exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-19]]:23: note: given back here in 'drop_c11'
// CHECK-NEXT: :[[@LINE-22]]:10: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-21]]:23: error: 'c11' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-24]]:10: note: taken here in 'take_c11'
// CHECK-NEXT: :[[@LINE-23]]:23: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-21]]:34: error: 'builtin' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-21]]:27: note: given back here in 'drop_builtin'
// CHECK-NEXT: :[[@LINE-23]]:34: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-23]]:27: error: 'builtin' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-25]]:34: note: taken here in 'take_builtin'
// CHECK-NEXT: :[[@LINE-25]]:27: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-19]]:26: error: 'python' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-22]]:10: note: taken here in 'take_python'
// CHECK-NEXT: :[[@LINE-21]]:26: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-17]]:33: error: 'windows' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-17]]:27: note: given back here in 'drop_windows'
// CHECK-NEXT: :[[@LINE-19]]:33: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: end of report
