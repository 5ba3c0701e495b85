// A value that is made on first use and then never changes.
#pragma once

#include "ungil/py.h"

UNGIL_NAMESPACE_BEGIN

/// A pointer that is published once. All threads agree on one winner; a loser learns of it and keeps its own
/// pointer.
template <class T, class A = std_atomics> class basic_once_ptr {
public:
  constexpr basic_once_ptr() noexcept = default;
  basic_once_ptr(const basic_once_ptr &) = delete;
  basic_once_ptr &operator=(const basic_once_ptr &) = delete;

  /// Null until published. Acquire: the caller dereferences the pointer.
  T *get() const noexcept { return value_.load(std::memory_order_acquire); }

  /// Publishes `mine` unless another thread was first; returns the published pointer. Release for the
  /// readers; acquire on failure because the loser dereferences what it read. Success reads only null, so it
  /// has nothing to acquire.
  T *publish(T *mine) noexcept {
    T *winner = nullptr;
    if (value_.compare_exchange_strong(winner, mine, std::memory_order_release, std::memory_order_acquire))
      return mine;
    return winner;
  }

  /// Makes it empty again and returns the old pointer. For tp_clear and destructors, where no other thread
  /// uses it.
  T *take() noexcept { return value_.exchange(nullptr, std::memory_order_acquire); }

private:
  typename A::template atomic<T *> value_{nullptr};
};

/// A lazily made Python object: a cached attribute, an imported function. Publishes once and leaks nothing,
/// also when two threads make the value at the same time, and when making it suspends a critical section or
/// runs this code again. So no lock is held while the initialiser runs, and the initialiser may run more than
/// once: it must have no effect besides its result.
///
/// Thread-safety: get and get_or_init from any attached threads. take where no other thread uses the value,
/// as in tp_clear; the destructor in any thread state, as that of Py.
class OnceRef {
public:
  constexpr OnceRef() noexcept = default;
  ~OnceRef() { (void)Py<>::steal(value_.take()); }

  /// Null until somebody made the value. Borrowed: valid as long as this OnceRef.
  PyObject *get() const noexcept { return value_.get(); }

  /// Calls `make()`, which returns a new reference as Py<> or null with an exception set; null is passed on
  /// and the next caller tries again. The result is borrowed and valid as long as this OnceRef, so as long as
  /// its owner.
  template <class Make>
  UNGIL_MAY_RUN_PYTHON UNGIL_NEEDS_ATTACHED PyObject *get_or_init(const Attached &, Make &&make) {
    if (PyObject *made = value_.get())
      return made;
    Py<> mine = std::forward<Make>(make)();
    if (!mine)
      return nullptr;
    PyObject *winner = value_.publish(mine.get());
    if (winner == mine.get())
      (void)mine.release();
    return winner; // a loser's value is dropped here
  }

  /// For tp_clear: gives up the value.
  Py<> take() noexcept { return Py<>::steal(value_.take()); }

private:
  basic_once_ptr<PyObject> value_;
};

UNGIL_NAMESPACE_END
