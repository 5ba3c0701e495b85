// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=c++20 | %filecheck %s
#include <Python.h>
#include <atomic>
#include <mutex>
#include <shared_mutex>

// One list for each type that is a lock, each name of its methods, and each guard; only the list without one is
// reported. Libraries that are not at hand are declared here, with their own names and shapes.

struct Node { PyObject_HEAD };

#define GUARDED(name, ENTER, LEAVE)                                                                                    \
  static Node *name##_spare[4];                                                                                        \
  static int name##_count;                                                                                             \
  static PyObject *name##_take(PyObject *, PyObject *) {                                                               \
    Node *node = nullptr;                                                                                              \
    ENTER {                                                                                                            \
      if (name##_count > 0)                                                                                            \
        node = name##_spare[--name##_count];                                                                           \
      LEAVE;                                                                                                           \
    }                                                                                                                  \
    return (PyObject *)node;                                                                                           \
  }                                                                                                                    \
  static PyObject *name##_give(PyObject *, PyObject *a) {                                                              \
    ENTER {                                                                                                            \
      if (name##_count < 4)                                                                                            \
        name##_spare[name##_count++] = (Node *)a;                                                                      \
      LEAVE;                                                                                                           \
    }                                                                                                                  \
    return nullptr;                                                                                                    \
  }                                                                                                                    \
  PyMethodDef name##_methods[] = {{"take", name##_take, METH_NOARGS, nullptr},                                         \
                                  {"give", name##_give, METH_O, nullptr},                                              \
                                  {nullptr, nullptr, 0, nullptr}};
#define LOCKED(name, Type, lock, unlock)                                                                               \
  static Type name##_lock;                                                                                             \
  GUARDED(name, name##_lock.lock();, name##_lock.unlock())
#define TRIED(name, Type, try_lock, unlock)                                                                            \
  static Type name##_lock;                                                                                             \
  GUARDED(name, if (name##_lock.try_lock()), name##_lock.unlock())
#define UNDER(name, Type, Guard)                                                                                       \
  static Type name##_lock;                                                                                             \
  GUARDED(name, Guard guard(name##_lock);, )

struct Unheard { void lock(); void unlock(); };
LOCKED(bad_control, Unheard, lock, unlock)
// CHECK: lock-table.cpp:[[@LINE-1]]:{{[0-9]+}}: error: free list 'bad_control_spare' is popped in 'bad_control_take' and pushed in 'bad_control_give' without synchronisation;
// CHECK: note: 'bad_control_take' is a method
// CHECK: note: pushed here in 'bad_control_give'
// CHECK: note: 'bad_control_give' is a method
// CHECK: note: guard every

// -- the standard library
LOCKED(mutex, std::mutex, lock, unlock)
TRIED(tried_mutex, std::mutex, try_lock, unlock)
LOCKED(recursive_mutex, std::recursive_mutex, lock, unlock)
LOCKED(timed_mutex, std::timed_mutex, lock, unlock)
LOCKED(recursive_timed_mutex, std::recursive_timed_mutex, lock, unlock)
LOCKED(shared_mutex, std::shared_mutex, lock, unlock)
LOCKED(shared_timed_mutex, std::shared_timed_mutex, lock, unlock)
UNDER(lock_guard, std::mutex, std::lock_guard<std::mutex>)
UNDER(unique_lock, std::mutex, std::unique_lock<std::mutex>)
UNDER(scoped_lock, std::mutex, std::scoped_lock<std::mutex>)
static std::mutex late;
GUARDED(deferred, std::unique_lock<std::mutex> guard(late, std::defer_lock); guard.lock();, guard.unlock())
GUARDED(attempted, std::unique_lock<std::mutex> guard(late, std::try_to_lock); if (guard.owns_lock()), )
GUARDED(told, std::unique_lock<std::mutex> guard(late, std::defer_lock); if (guard.try_lock()), )
GUARDED(converted, std::unique_lock<std::mutex> guard(late, std::try_to_lock); if (guard), )
static std::atomic_flag spin;
GUARDED(spun, while (spin.test_and_set(std::memory_order_acquire)) {}, spin.clear(std::memory_order_release))

// -- other libraries
namespace absl {
struct Mutex { void Lock(); void Unlock(); bool TryLock(); void WriterLock(); void WriterUnlock(); };
struct MutexLock { explicit MutexLock(Mutex *); ~MutexLock(); };
struct WriterMutexLock { explicit WriterMutexLock(Mutex *); ~WriterMutexLock(); };
} // namespace absl
LOCKED(absl_mutex, absl::Mutex, Lock, Unlock)
LOCKED(absl_writer, absl::Mutex, WriterLock, WriterUnlock)
TRIED(absl_tried, absl::Mutex, TryLock, Unlock)
static absl::Mutex absl_shared;
GUARDED(absl_guard, absl::MutexLock guard(&absl_shared);, )
GUARDED(absl_writer_guard, absl::WriterMutexLock guard(&absl_shared);, )
namespace boost {
struct mutex { void lock(); void unlock(); struct scoped_lock { explicit scoped_lock(mutex &); ~scoped_lock(); }; };
struct recursive_mutex : mutex {};
template <class M> struct lock_guard { explicit lock_guard(M &); ~lock_guard(); };
template <class M> struct unique_lock { explicit unique_lock(M &); ~unique_lock(); };
} // namespace boost
LOCKED(boost_mutex, boost::mutex, lock, unlock)
UNDER(boost_guard, boost::mutex, boost::lock_guard<boost::mutex>)
UNDER(boost_unique, boost::recursive_mutex, boost::unique_lock<boost::recursive_mutex>)
UNDER(boost_scoped, boost::mutex, boost::mutex::scoped_lock)
namespace tbb {
struct mutex { void lock(); void unlock(); };
struct spin_mutex { void lock(); void unlock(); struct scoped_lock { explicit scoped_lock(spin_mutex &); ~scoped_lock(); }; };
} // namespace tbb
LOCKED(tbb_mutex, tbb::mutex, lock, unlock)
LOCKED(tbb_spin, tbb::spin_mutex, lock, unlock)
UNDER(tbb_scoped, tbb::spin_mutex, tbb::spin_mutex::scoped_lock)
struct QMutex { void lock(); void unlock(); bool tryLock(); };
struct QMutexLocker { explicit QMutexLocker(QMutex *); ~QMutexLocker(); };
LOCKED(qt_mutex, QMutex, lock, unlock)
TRIED(qt_tried, QMutex, tryLock, unlock)
static QMutex qt_shared;
GUARDED(qt_locker, QMutexLocker guard(&qt_shared);, )
namespace folly { struct SharedMutex { void lock(); void unlock(); }; }
LOCKED(folly_mutex, folly::SharedMutex, lock, unlock)

// -- binding libraries
namespace nanobind {
struct handle { PyObject *p; };
struct ft_mutex { void lock(); void unlock(); };
struct ft_lock_guard { explicit ft_lock_guard(ft_mutex &); ~ft_lock_guard(); };
struct ft_object_guard { explicit ft_object_guard(handle); ~ft_object_guard(); };
struct ft_object2_guard { ft_object2_guard(handle, handle); ~ft_object2_guard(); };
} // namespace nanobind
LOCKED(nanobind_mutex, nanobind::ft_mutex, lock, unlock)
UNDER(nanobind_guard, nanobind::ft_mutex, nanobind::ft_lock_guard)
static nanobind::handle key, other_key;
GUARDED(nanobind_object, nanobind::ft_object_guard guard(key);, )
GUARDED(nanobind_objects, nanobind::ft_object2_guard guard(key, other_key);, )
namespace pybind11 {
struct handle { PyObject *p; };
struct scoped_critical_section { explicit scoped_critical_section(handle); ~scoped_critical_section(); };
} // namespace pybind11
static pybind11::handle section_key;
GUARDED(pybind11_section, pybind11::scoped_critical_section guard(section_key);, )
