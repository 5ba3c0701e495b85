// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Reference counts in every dialect of C: the drop needs both orders, the increment none.
#include <Python.h>
#include <stdatomic.h>
#include <stdlib.h>

struct c11 { atomic_int refs; };
void keep_c11(struct c11 *o) { atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed); }
void drop_c11(struct c11 *o) {
  if (atomic_fetch_sub_explicit(&o->refs, 1, memory_order_relaxed) == 1)
    free(o);
}

struct builtin { int refs; };
void keep_builtin(struct builtin *o) { __atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED); }
void drop_builtin(struct builtin *o) {
  int left = __atomic_sub_fetch(&o->refs, 1, __ATOMIC_RELEASE);
  if (left == 0)
    free(o);
}

long InterlockedIncrementNoFence(long volatile *);
long InterlockedDecrementNoFence(long volatile *);
long InterlockedDecrement(long volatile *);
struct windows { long volatile refs, good; };
void keep_windows(struct windows *o) { InterlockedIncrementNoFence(&o->refs); }
void drop_windows(struct windows *o) {
  if (InterlockedDecrementNoFence(&o->refs) == 0)
    free(o);
}
void drop_ordered_windows(struct windows *o) {
  if (InterlockedDecrement(&o->good) == 0)
    free(o);
}

// Full barriers, as their names have it.
struct legacy { int refs; };
void drop_legacy(struct legacy *o) {
  if (__sync_sub_and_fetch(&o->refs, 1) == 0)
    free(o);
}
struct python { Py_ssize_t refs; };
void drop_python(struct python *o) {
  if (_Py_atomic_add_ssize(&o->refs, -1) == 1)
    free(o);
}

// The wrappers of CPython's own sources.
#define FT_ATOMIC_LOAD_INT_RELAXED(value) _Py_atomic_load_int_relaxed(&value)
#define FT_ATOMIC_STORE_INT_RELAXED(value, new_value) _Py_atomic_store_int_relaxed(&value, new_value)
static int busy;
int enter(void) {
  int expected = 0;
  return FT_ATOMIC_LOAD_INT_RELAXED(busy) == 0 && _Py_atomic_compare_exchange_int(&busy, &expected, 1);
}
void leave(void) { FT_ATOMIC_STORE_INT_RELAXED(busy, 0); }
// CHECK: :[[@LINE-47]]:7: error: 'refs' acts as a reference count, but this decrement is memory_order_relaxed; protected data is not ordered with it (needs acq_rel) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-48]]:7: note: the thread that destroys the object must see what every other holder did: release to pass it on, acquire before destroying
// CHECK: :[[@LINE-42]]:14: error: 'refs' acts as a reference count, but this decrement is memory_order_release; protected data is not ordered with it (needs acq_rel) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-43]]:14: note: the thread that destroys the object must see what every other holder did: release to pass it on, acquire before destroying
// CHECK: :[[@LINE-33]]:7: error: 'refs' acts as a reference count, but this decrement is memory_order_relaxed; protected data is not ordered with it (needs acq_rel) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-34]]:7: note: the thread that destroys the object must see what every other holder did: release to pass it on, acquire before destroying
// CHECK: :[[@LINE-7]]:20: error: 'busy' acts as a lock, but this store is memory_order_relaxed; protected data is not ordered with it (needs release) [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-10]]:51: note: taken here in 'enter'
// CHECK-NEXT: :[[@LINE-9]]:20: note: without release, the next holder can miss the writes made before this
// CHECK: end of report
