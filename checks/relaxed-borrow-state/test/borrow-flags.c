// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// A borrow flag, counted up from zero and -1 when it is taken whole, in every dialect of C: broken, and as it should be.
#include <Python.h>
#include <stdatomic.h>

static atomic_int c11, c11_good;
int take_c11(void) {
  int seen = atomic_load_explicit(&c11, memory_order_relaxed);
  while (seen >= 0)
    if (atomic_compare_exchange_weak_explicit(&c11, &seen, seen + 1, memory_order_relaxed, memory_order_relaxed))
      return 1;
  return 0;
}
void drop_c11(void) { atomic_fetch_sub_explicit(&c11, 1, memory_order_relaxed); }
int take_c11_good(void) {
  int seen = atomic_load_explicit(&c11_good, memory_order_relaxed);
  while (seen >= 0)
    if (atomic_compare_exchange_weak_explicit(&c11_good, &seen, seen + 1, memory_order_acquire, memory_order_relaxed))
      return 1;
  return 0;
}
void drop_c11_good(void) { atomic_fetch_sub_explicit(&c11_good, 1, memory_order_release); }

static int builtin, builtin_good;
int take_builtin(void) {
  int seen = __atomic_load_n(&builtin, __ATOMIC_RELAXED);
  while (seen >= 0)
    if (__atomic_compare_exchange_n(&builtin, &seen, seen + 1, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
      return 1;
  return 0;
}
void drop_builtin(void) { __atomic_sub_fetch(&builtin, 1, __ATOMIC_RELAXED); }
int take_builtin_good(void) {
  int seen = __atomic_load_n(&builtin_good, __ATOMIC_RELAXED);
  while (seen >= 0)
    if (__atomic_compare_exchange_n(&builtin_good, &seen, seen + 1, 1, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
      return 1;
  return 0;
}
void drop_builtin_good(void) { __atomic_sub_fetch(&builtin_good, 1, __ATOMIC_RELEASE); }

// Full barriers but for the last store.
static int legacy, legacy_good;
int take_legacy(void) { return __sync_lock_test_and_set(&legacy, 1) == 0; }
void drop_legacy(void) { __atomic_store_n(&legacy, 0, __ATOMIC_RELAXED); }
int take_legacy_good(void) { return __sync_lock_test_and_set(&legacy_good, 1) == 0; }
void drop_legacy_good(void) { __sync_lock_release(&legacy_good); }

// CPython has no relaxed read-modify-write.
static int python, python_good;
int take_python(void) {
  int seen = _Py_atomic_load_int_relaxed(&python);
  while (seen >= 0)
    if (_Py_atomic_compare_exchange_int(&python, &seen, seen + 1))
      return 1;
  return 0;
}
void take_python_whole(void) {
  int seen = 0;
  if (_Py_atomic_compare_exchange_int(&python, &seen, -1))
    _Py_atomic_store_int_relaxed(&python, 0);
}
void drop_python(void) { _Py_atomic_add_int(&python, -1); }
int take_python_good(void) {
  int seen = _Py_atomic_load_int_relaxed(&python_good);
  while (seen >= 0)
    if (_Py_atomic_compare_exchange_int(&python_good, &seen, seen + 1))
      return 1;
  return 0;
}
void drop_python_good(void) { _Py_atomic_add_int(&python_good, -1); }

// The wrappers of CPython's own sources.
#define FT_ATOMIC_STORE_INT_RELAXED(value, new_value) _Py_atomic_store_int_relaxed(&value, new_value)
#define FT_ATOMIC_STORE_INT_RELEASE(value, new_value) _Py_atomic_store_int_release(&value, new_value)
static int wrapped, wrapped_good;
int take_wrapped(void) {
  int seen = 0;
  return _Py_atomic_compare_exchange_int(&wrapped, &seen, -1);
}
void drop_wrapped(void) { FT_ATOMIC_STORE_INT_RELAXED(wrapped, 0); }
int take_wrapped_good(void) {
  int seen = 0;
  return _Py_atomic_compare_exchange_int(&wrapped_good, &seen, -1);
}
void drop_wrapped_good(void) { FT_ATOMIC_STORE_INT_RELEASE(wrapped_good, 0); }

long InterlockedCompareExchangeNoFence(long volatile *, long, long);
long InterlockedCompareExchangeAcquire(long volatile *, long, long);
long InterlockedExchangeNoFence(long volatile *, long);
long InterlockedExchange(long volatile *, long);
static long volatile windows, windows_good;
int take_windows(void) { return InterlockedCompareExchangeNoFence(&windows, -1, 0) == 0; }
void drop_windows(void) { InterlockedExchangeNoFence(&windows, 0); }
int take_windows_good(void) { return InterlockedCompareExchangeAcquire(&windows_good, -1, 0) == 0; }
void drop_windows_good(void) { InterlockedExchange(&windows_good, 0); }
// CHECK: :[[@LINE-87]]:9: error: 'c11' acts as a borrow flag, but this compare-exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-84]]:23: note: given back here in 'drop_c11'
// CHECK-NEXT: :[[@LINE-89]]:9: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-86]]:23: error: 'c11' acts as a borrow flag, but this decrement is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-91]]:9: note: taken here in 'take_c11'
// CHECK-NEXT: :[[@LINE-88]]:23: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-75]]:9: error: 'builtin' acts as a borrow flag, but this compare-exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-72]]:27: note: given back here in 'drop_builtin'
// CHECK-NEXT: :[[@LINE-77]]:9: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-74]]:27: error: 'builtin' acts as a borrow flag, but this decrement is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-79]]:9: note: taken here in 'take_builtin'
// CHECK-NEXT: :[[@LINE-76]]:27: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-64]]:26: error: 'legacy' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-66]]:32: note: taken here in 'take_legacy'
// CHECK-NEXT: :[[@LINE-66]]:26: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-51]]:5: error: 'python' acts as a borrow flag, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-59]]:9: note: taken here in 'take_python'
// CHECK-NEXT: :[[@LINE-53]]:5: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-34]]:27: error: 'wrapped' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-37]]:10: note: taken here in 'take_wrapped'
// CHECK-NEXT: :[[@LINE-36]]:27: note: without release, the next holder can miss the writes made before this
// CHECK: :[[@LINE-25]]:33: error: 'windows' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs acquire) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-25]]:27: note: given back here in 'drop_windows'
// CHECK-NEXT: :[[@LINE-27]]:33: note: without acquire, reads and writes that follow can happen before the flag is taken
// CHECK: :[[@LINE-27]]:27: error: 'windows' acts as a lock, but this exchange is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-29]]:33: note: taken here in 'take_windows'
// CHECK-NEXT: :[[@LINE-29]]:27: note: without release, the next holder can miss the writes made before this
// CHECK: end of report
