// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <pthread.h>
#include <pythread.h>
#include <stdio.h>

// One list for each function that takes a lock; only the list without one is reported. A lock that is not known
// here makes its list fire. What no header at hand declares is declared here, with its own names and shapes.

typedef struct { PyObject_HEAD } Node;
typedef struct { char state; } Lock;

#define GUARDED(name, ENTER, LEAVE)                                                                                    \
  static Node *name##_spare[4];                                                                                        \
  static int name##_count;                                                                                             \
  static PyObject *name##_take(PyObject *m, PyObject *a) {                                                             \
    Node *node = NULL;                                                                                                 \
    ENTER {                                                                                                            \
      if (name##_count > 0)                                                                                            \
        node = name##_spare[--name##_count];                                                                           \
      LEAVE;                                                                                                           \
    }                                                                                                                  \
    return (PyObject *)node;                                                                                           \
  }                                                                                                                    \
  static PyObject *name##_give(PyObject *m, PyObject *a) {                                                             \
    ENTER {                                                                                                            \
      if (name##_count < 4)                                                                                            \
        name##_spare[name##_count++] = (Node *)a;                                                                      \
      LEAVE;                                                                                                           \
    }                                                                                                                  \
    return NULL;                                                                                                       \
  }                                                                                                                    \
  PyMethodDef name##_methods[] = {                                                                                     \
      {"take", name##_take, METH_NOARGS, NULL}, {"give", name##_give, METH_O, NULL}, {NULL, NULL, 0, NULL}};

#ifdef __cplusplus
extern "C" {
#endif
#define LOCKS(Type, acquire, release)                                                                                  \
  static Type acquire##_lock;                                                                                          \
  GUARDED(acquire, acquire(&acquire##_lock);, release(&acquire##_lock))
#define TRIES(Type, tried, release, success)                                                                           \
  static Type tried##_lock;                                                                                            \
  GUARDED(tried, if (tried(&tried##_lock) success), release(&tried##_lock))
#define DECLARED_LOCKS(acquire, release)                                                                               \
  void acquire(Lock *);                                                                                                \
  void release(Lock *);                                                                                                \
  LOCKS(Lock, acquire, release)
#define DECLARED_TRIES(tried, release, success)                                                                        \
  int tried(Lock *);                                                                                                   \
  void release(Lock *);                                                                                                \
  TRIES(Lock, tried, release, success)
#define SECTIONS(begin, end)                                                                                           \
  void begin(Lock *, Lock *);                                                                                          \
  void end(Lock *);                                                                                                    \
  static Lock begin##_lock;                                                                                            \
  GUARDED(begin, Lock section; begin(&section, &begin##_lock);, end(&section))
#define PAIRED_SECTIONS(begin, end)                                                                                    \
  void begin(Lock *, Lock *, Lock *);                                                                                  \
  void end(Lock *);                                                                                                    \
  static Lock begin##_lock, begin##_other;                                                                             \
  GUARDED(begin, Lock section; begin(&section, &begin##_other, &begin##_lock);, end(&section))

void unheard_of(Lock *);
static Lock no_lock;
GUARDED(bad_control, unheard_of(&no_lock);, unheard_of(&no_lock))
// CHECK: lock-table.c:[[@LINE-1]]:{{[0-9]+}}: error: free list 'bad_control_spare' is popped in 'bad_control_take' and pushed in 'bad_control_give' without synchronisation;
// CHECK: note: 'bad_control_take' is a method
// CHECK: note: pushed here in 'bad_control_give'
// CHECK: note: 'bad_control_give' is a method
// CHECK: note: guard every

// -- CPython's own, the names behind the macros and those of its core included
static PyMutex mutex;
GUARDED(public_mutex, PyMutex_Lock(&mutex);, PyMutex_Unlock(&mutex))
#define MUTEX_LOCKS(acquire)                                                                                           \
  void acquire(PyMutex *);                                                                                             \
  LOCKS(PyMutex, acquire, PyMutex_Unlock)
void _PyMutex_Unlock(PyMutex *);
GUARDED(_PyMutex_Unlock, PyMutex_Lock(&mutex);, _PyMutex_Unlock(&mutex))
MUTEX_LOCKS(_PyMutex_Lock)
MUTEX_LOCKS(_PyMutex_LockFlags)
MUTEX_LOCKS(PyMutex_LockFlags)
MUTEX_LOCKS(_PyMutex_LockTimed)
DECLARED_LOCKS(_PyRecursiveMutex_Lock, _PyRecursiveMutex_Unlock)
DECLARED_LOCKS(_PyRWMutex_Lock, _PyRWMutex_Unlock)
static PyThread_type_lock thread_lock;
GUARDED(untimed, PyThread_acquire_lock(thread_lock, 1);, PyThread_release_lock(thread_lock))
GUARDED(tried_untimed, if (PyThread_acquire_lock(thread_lock, 0)), PyThread_release_lock(thread_lock))
PyLockStatus PyThread_acquire_lock_timed_with_retries(PyThread_type_lock, PY_TIMEOUT_T);
GUARDED(retried, PyThread_acquire_lock_timed_with_retries(thread_lock, -1);, PyThread_release_lock(thread_lock))
GUARDED(timed, PyThread_acquire_lock_timed(thread_lock, -1, 0);, PyThread_release_lock(thread_lock))

static PyObject *key, *other_key;
GUARDED(section, PyCriticalSection section; PyCriticalSection_Begin(&section, key);, PyCriticalSection_End(&section))
GUARDED(sections, PyCriticalSection2 section; PyCriticalSection2_Begin(&section, key, other_key);,
        PyCriticalSection2_End(&section))
#ifndef __cplusplus
SECTIONS(_PyCriticalSection_Begin, _PyCriticalSection_End)
SECTIONS(_PyCriticalSection_BeginMutex, _PyCriticalSection_End)
SECTIONS(_PyCriticalSection_BeginSlow, _PyCriticalSection_End)
PAIRED_SECTIONS(_PyCriticalSection2_Begin, _PyCriticalSection2_End)
PAIRED_SECTIONS(_PyCriticalSection2_BeginMutex, _PyCriticalSection2_End)
#endif
SECTIONS(__Pyx_PyCriticalSection_Begin, __Pyx_PyCriticalSection_End)
PAIRED_SECTIONS(__Pyx_PyCriticalSection2_Begin, __Pyx_PyCriticalSection2_End)
DECLARED_LOCKS(_PyEval_StopTheWorld, _PyEval_StartTheWorld)
DECLARED_LOCKS(_PyEval_StopTheWorldAll, _PyEval_StartTheWorldAll)

// -- the system's
LOCKS(pthread_mutex_t, pthread_mutex_lock, pthread_mutex_unlock)
TRIES(pthread_mutex_t, pthread_mutex_trylock, pthread_mutex_unlock, == 0)
LOCKS(pthread_rwlock_t, pthread_rwlock_wrlock, pthread_rwlock_unlock)
LOCKS(pthread_spinlock_t, pthread_spin_lock, pthread_spin_unlock)
TRIES(pthread_spinlock_t, pthread_spin_trylock, pthread_spin_unlock, == 0)
DECLARED_LOCKS(mtx_lock, mtx_unlock)
DECLARED_TRIES(mtx_trylock, mtx_unlock, == 0)
LOCKS(FILE, flockfile, funlockfile)
DECLARED_LOCKS(EnterCriticalSection, LeaveCriticalSection)
DECLARED_TRIES(TryEnterCriticalSection, LeaveCriticalSection, != 0)
DECLARED_LOCKS(AcquireSRWLockExclusive, ReleaseSRWLockExclusive)
DECLARED_LOCKS(SDL_LockMutex, SDL_UnlockMutex)

// -- flags that are locks
DECLARED_TRIES(atomic_flag_test_and_set, atomic_flag_clear, == 0)
int atomic_flag_test_and_set_explicit(Lock *, int);
void atomic_flag_clear_explicit(Lock *, int);
static Lock flag;
GUARDED(spun, while (atomic_flag_test_and_set_explicit(&flag, 2)) {}, atomic_flag_clear_explicit(&flag, 3))
#ifdef __cplusplus
}
#endif
