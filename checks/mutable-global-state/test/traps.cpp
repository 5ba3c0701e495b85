// RUN: %both --checks='-*,ungil-mutable-*,ungil-unsynchronized-lazy-init,ungil-non-atomic-flag,ungil-static-init-deadlock,ungil-relaxed-*,ungil-mixed-atomic-access,ungil-atomic-rmw-split' %s -- -I%py314t -std=c++17 | %filecheck %s
// What real projects do right, as seen by all rules of statics and atomics together.
#include <Python.h>
#include <atomic>
#include <mutex>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

// The import cache of numpy: acquire, lock, release, on a plain static through a cast.
static PyObject *cached;
static PyMutex import_lock;
static int import_once(const char *module, PyObject **place) {
  auto *atomically = reinterpret_cast<std::atomic<PyObject *> *>(place);
  if (atomically->load(std::memory_order_acquire) == nullptr) {
    PyObject *found = PyImport_ImportModule(module);
    if (found == nullptr)
      return -1;
    PyMutex_Lock(&import_lock);
    if (atomically->load(std::memory_order_acquire) == nullptr)
      atomically->store(Py_NewRef(found), std::memory_order_release);
    PyMutex_Unlock(&import_lock);
    Py_DECREF(found);
  }
  return 0;
}
static PyObject *use_import(PyObject *, PyObject *) {
  return import_once("decimal", &cached) < 0 ? nullptr : Py_NewRef(cached);
}
METHOD(use_import)

// The timer lock of pygame: there is none where there are no threads; the library's function is wrapped.
struct SDL_mutex;
extern "C" int SDL_LockMutex(SDL_mutex *);
extern "C" int SDL_UnlockMutex(SDL_mutex *);
static SDL_mutex *timer_mutex;
static inline int lock_mutex(SDL_mutex *mutex) { return SDL_LockMutex(mutex); }
static inline int unlock_mutex(SDL_mutex *mutex) { return SDL_UnlockMutex(mutex); }
#define LOCK_TIMER_MUTEX \
  if (timer_mutex) { \
    if (lock_mutex(timer_mutex) < 0) \
      abort(); \
  }
#define UNLOCK_TIMER_MUTEX \
  if (timer_mutex) { \
    if (unlock_mutex(timer_mutex) < 0) \
      abort(); \
  }
struct Timer {
  Timer *next;
};
static Timer *timers;
static PyObject *add_timer(PyObject *, PyObject *) {
  Timer *made = static_cast<Timer *>(PyMem_Malloc(sizeof(Timer)));
  LOCK_TIMER_MUTEX
  made->next = timers;
  timers = made;
  UNLOCK_TIMER_MUTEX
  Py_RETURN_NONE;
}
METHOD(add_timer)
static PyObject *drop_timer(PyObject *, PyObject *) {
  LOCK_TIMER_MUTEX
  Timer *first = timers;
  if (first)
    timers = first->next;
  UNLOCK_TIMER_MUTEX
  PyMem_Free(first);
  Py_RETURN_NONE;
}
METHOD(drop_timer)

// Atomic where it must be.
#ifdef Py_GIL_DISABLED
using Counter = std::atomic<Py_ssize_t>;
using Flag = std::atomic<bool>;
#else
using Counter = Py_ssize_t;
using Flag = bool;
#endif
static Counter total{0};
static Flag tracing{false};
static PyObject *count(PyObject *, PyObject *) {
  ++total;
  while (tracing)
    --total;
  return PyLong_FromSsize_t(total);
}
METHOD(count)
static PyObject *set_tracing(PyObject *, PyObject *value) {
  tracing = value == Py_True;
  Py_RETURN_NONE;
}
METHOD(set_tracing)

// A mutex of the function itself, and a map that is only used under it.
namespace nanobind {
struct ft_mutex {
  constexpr ft_mutex() = default;
  void lock(), unlock();
};
struct ft_lock_guard {
  explicit ft_lock_guard(ft_mutex &);
  ~ft_lock_guard();
};
} // namespace nanobind
static PyObject *register_once(PyObject *, PyObject *) {
  static nanobind::ft_mutex mutex;
  static PyObject *type;
  nanobind::ft_lock_guard held(mutex);
  if (!type)
    type = PyImport_ImportModule("decimal");
  return Py_XNewRef(type);
}
METHOD(register_once)
// CHECK: end of report
