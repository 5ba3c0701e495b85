// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <pthread.h>
#include <pythread.h>

// The same list under each kind of lock, one kind at a time. What is called good_* must be silent.

typedef struct { PyObject_HEAD } Node;

#define LIST(name) static Node *name##_spare[4]; static int name##_count;
#define POP(name) (name##_count > 0 ? name##_spare[--name##_count] : NULL)
#define PUSH(name, node) (name##_spare[name##_count++] = (node))
#define ENTRIES(name)                                                                                                  \
  PyMethodDef name##_methods[] = {                                                                                     \
      {"take", name##_take, METH_NOARGS, NULL}, {"give", name##_give, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// -- PyMutex on both sides
LIST(good_pymutex)
static PyMutex spare_mutex;
static PyObject *good_pymutex_take(PyObject *m, PyObject *a) {
  PyMutex_Lock(&spare_mutex);
  Node *node = POP(good_pymutex);
  PyMutex_Unlock(&spare_mutex);
  return (PyObject *)node;
}
static PyObject *good_pymutex_give(PyObject *m, PyObject *a) {
  PyMutex_Lock(&spare_mutex);
  if (good_pymutex_count < 4) {
    PUSH(good_pymutex, (Node *)a);
    PyMutex_Unlock(&spare_mutex);
    return NULL;
  }
  PyMutex_Unlock(&spare_mutex);
  PyObject_Free(a);
  return NULL;
}
ENTRIES(good_pymutex)

// -- a pthread mutex
LIST(good_pthread)
static pthread_mutex_t posix_mutex = PTHREAD_MUTEX_INITIALIZER;
static PyObject *good_pthread_take(PyObject *m, PyObject *a) {
  pthread_mutex_lock(&posix_mutex);
  Node *node = POP(good_pthread);
  pthread_mutex_unlock(&posix_mutex);
  return (PyObject *)node;
}
static PyObject *good_pthread_give(PyObject *m, PyObject *a) {
  if (pthread_mutex_trylock(&posix_mutex) == 0) {
    PUSH(good_pthread, (Node *)a);
    pthread_mutex_unlock(&posix_mutex);
  }
  return NULL;
}
ENTRIES(good_pthread)

// -- a lock of PyThread, made at run time
LIST(good_pythread)
static PyThread_type_lock thread_lock;
static PyObject *good_pythread_take(PyObject *m, PyObject *a) {
  PyThread_acquire_lock(thread_lock, WAIT_LOCK);
  Node *node = POP(good_pythread);
  PyThread_release_lock(thread_lock);
  return (PyObject *)node;
}
static PyObject *good_pythread_give(PyObject *m, PyObject *a) {
  if (!PyThread_acquire_lock(thread_lock, NOWAIT_LOCK))
    return NULL;
  PUSH(good_pythread, (Node *)a);
  PyThread_release_lock(thread_lock);
  return NULL;
}
ENTRIES(good_pythread)

// -- a critical section on one static object
LIST(good_section)
static PyObject *dummy;
static PyObject *good_section_take(PyObject *m, PyObject *a) {
  Node *node;
  Py_BEGIN_CRITICAL_SECTION(dummy);
  node = POP(good_section);
  Py_END_CRITICAL_SECTION();
  return (PyObject *)node;
}
static PyObject *good_section_give(PyObject *m, PyObject *a) {
  Py_BEGIN_CRITICAL_SECTION(dummy);
  PUSH(good_section, (Node *)a);
  Py_END_CRITICAL_SECTION();
  return NULL;
}
ENTRIES(good_section)

// -- behind macros and helpers of the project, conditional on a lock that may not exist
LIST(good_helper)
static pthread_mutex_t *optional_mutex;
#define ACQUIRE() do { if (optional_mutex) pthread_mutex_lock(optional_mutex); } while (0)
static void release_it(void) { if (optional_mutex) pthread_mutex_unlock(optional_mutex); }
static PyObject *good_helper_take(PyObject *m, PyObject *a) {
  ACQUIRE();
  Node *node = POP(good_helper);
  release_it();
  return (PyObject *)node;
}
static PyObject *good_helper_give(PyObject *m, PyObject *a) {
  ACQUIRE();
  PUSH(good_helper, (Node *)a);
  release_it();
  return NULL;
}
ENTRIES(good_helper)

// -- every caller holds it
LIST(good_callers)
static PyMutex callers_mutex;
static Node *callers_pop(void) { return POP(good_callers); }
static void callers_push(Node *node) { PUSH(good_callers, node); }
static PyObject *good_callers_take(PyObject *m, PyObject *a) {
  PyMutex_Lock(&callers_mutex);
  Node *node = callers_pop();
  PyMutex_Unlock(&callers_mutex);
  return (PyObject *)node;
}
static PyObject *good_callers_give(PyObject *m, PyObject *a) {
  PyMutex_Lock(&callers_mutex);
  callers_push((Node *)a);
  PyMutex_Unlock(&callers_mutex);
  return NULL;
}
ENTRIES(good_callers)

// -- the lock is part of the list that a helper gets
typedef struct { PyMutex mutex; void *blocks[4]; int n; } Pool;
static Pool shared_pool;
static void *good_pool_pop(Pool *pool) {
  PyMutex_Lock(&pool->mutex);
  void *block = pool->n ? pool->blocks[--pool->n] : NULL;
  PyMutex_Unlock(&pool->mutex);
  return block;
}
static void good_pool_push(Pool *pool, void *block) {
  PyMutex_Lock(&pool->mutex);
  pool->blocks[pool->n++] = block;
  PyMutex_Unlock(&pool->mutex);
}
static PyObject *good_pool_take(PyObject *m, PyObject *a) { return (PyObject *)good_pool_pop(&shared_pool); }
static PyObject *good_pool_give(PyObject *m, PyObject *a) { good_pool_push(&shared_pool, a); return NULL; }
ENTRIES(good_pool)

// -- a name that says that the caller holds the lock
LIST(good_contract)
static PyObject *good_contract_take_lock_held(PyObject *m) { return (PyObject *)POP(good_contract); }
static PyObject *good_contract_take(PyObject *m, PyObject *a) { return good_contract_take_lock_held(m); }
static PyObject *good_contract_give(PyObject *m, PyObject *a) {
  PyMutex_Lock(&spare_mutex);
  PUSH(good_contract, (Node *)a);
  PyMutex_Unlock(&spare_mutex);
  return NULL;
}
ENTRIES(good_contract)

// -- locked in the push only
LIST(half)
static PyMutex half_mutex;
static PyObject *half_take(PyObject *m, PyObject *a) { return (PyObject *)POP(half); }
// CHECK: locks.c:[[@LINE-1]]:{{[0-9]+}}: error: free list 'half_spare' is popped in 'half_take' and pushed in 'half_give' without a common lock ('half_mutex' is held in 'half_give', not in 'half_take'); two threads can get the same block on a free-threaded build
// CHECK-NEXT: note: 'half_take' is a method
// CHECK-NEXT: :[[@LINE+5]]:{{[0-9]+}}: note: pushed here in 'half_give', holding 'half_mutex'
// CHECK-NEXT: note: 'half_give' is a method
// CHECK-NEXT: note: guard every
static PyObject *half_give(PyObject *m, PyObject *a) {
  PyMutex_Lock(&half_mutex);
  PUSH(half, (Node *)a);
  PyMutex_Unlock(&half_mutex);
  return NULL;
}
ENTRIES(half)

// -- two locks
LIST(two)
static PyMutex pop_mutex, push_mutex;
static PyObject *two_take(PyObject *m, PyObject *a) {
  PyMutex_Lock(&pop_mutex);
  Node *node = POP(two);
  PyMutex_Unlock(&pop_mutex);
  return (PyObject *)node;
}
// CHECK: locks.c:[[@LINE-4]]:{{[0-9]+}}: error: free list 'two_spare' is popped in 'two_take' and pushed in 'two_give' without a common lock ('pop_mutex' is held in 'two_take', 'push_mutex' in 'two_give');
// CHECK-NEXT: note: 'two_take' is a method
// CHECK-NEXT: :[[@LINE+5]]:{{[0-9]+}}: note: pushed here in 'two_give', holding 'push_mutex'
// CHECK-NEXT: note: 'two_give' is a method
// CHECK-NEXT: note: guard every
static PyObject *two_give(PyObject *m, PyObject *a) {
  PyMutex_Lock(&push_mutex);
  PUSH(two, (Node *)a);
  PyMutex_Unlock(&push_mutex);
  return NULL;
}
ENTRIES(two)

// -- given back before the access
LIST(early)
static PyObject *early_take(PyObject *m, PyObject *a) {
  PyMutex_Lock(&spare_mutex);
  int any = early_count > 0;
  PyMutex_Unlock(&spare_mutex);
  return any ? (PyObject *)POP(early) : NULL;
}
// CHECK: locks.c:[[@LINE-2]]:{{[0-9]+}}: error: free list 'early_spare' is popped in 'early_take' and pushed in 'early_give' without a common lock ('spare_mutex' is held in 'early_give', not in 'early_take');
// CHECK-NEXT: note: 'early_take' is a method
// CHECK-NEXT: note: pushed here in 'early_give', holding 'spare_mutex'
// CHECK-NEXT: note: 'early_give' is a method
// CHECK-NEXT: note: guard every
static PyObject *early_give(PyObject *m, PyObject *a) {
  PyMutex_Lock(&spare_mutex);
  PUSH(early, (Node *)a);
  PyMutex_Unlock(&spare_mutex);
  return NULL;
}
ENTRIES(early)

// -- one of two callers forgets it
LIST(forgets)
static Node *forgets_pop(void) { return POP(forgets); }
static PyObject *forgets_take(PyObject *m, PyObject *a) {
  PyMutex_Lock(&spare_mutex);
  Node *node = forgets_pop();
  PyMutex_Unlock(&spare_mutex);
  return (PyObject *)node;
}
static PyObject *forgets_peek(PyObject *m, PyObject *a) { return (PyObject *)forgets_pop(); }
// CHECK: locks.c:[[@LINE-8]]:{{[0-9]+}}: error: free list 'forgets_spare' is popped in 'forgets_pop' and pushed in 'forgets_give' without a common lock ('spare_mutex' is held in 'forgets_give', not in 'forgets_pop');
// CHECK-NEXT: note: 'forgets_{{take|peek}}' is a method
// CHECK-NEXT: note: which calls 'forgets_pop' here
// CHECK-NEXT: note: pushed here in 'forgets_give', holding 'spare_mutex'
// CHECK-NEXT: note: 'forgets_give' is a method
// CHECK-NEXT: note: guard every
static PyObject *forgets_give(PyObject *m, PyObject *a) {
  PyMutex_Lock(&spare_mutex);
  PUSH(forgets, (Node *)a);
  PyMutex_Unlock(&spare_mutex);
  return NULL;
}
ENTRIES(forgets)
PyMethodDef peek_methods[] = {{"peek", forgets_peek, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
// CHECK-NEXT: end of report
