// An owned reference.
#pragma once

#include "ungil/attached.h"

#include <utility>

UNGIL_NAMESPACE_BEGIN

/// Owns one reference to a Python object, or is null. `T` is PyObject or a struct that begins with one.
///
/// It can be moved and dropped in any thread state, so native code may carry references through detached
/// threads. It cannot be copied, because a copy increments a count and that needs an attached thread: say
/// `clone(attached)`.
///
/// Thread-safety: as a raw pointer. Two threads may use two handles to one object; one handle that is shared
/// and changed needs a lock, a Cell or a OnceRef.
template <class T = PyObject> class Py {
public:
  constexpr Py() noexcept = default;
  constexpr Py(std::nullptr_t) noexcept {}
  Py(const Py &) = delete;
  Py &operator=(const Py &) = delete;
  Py(Py &&other) noexcept : object_(other.release()) {}
  Py &operator=(Py &&other) noexcept {
    Py old(std::move(*this)); // dropped last: its destructor may run Python code that looks at *this
    object_ = other.release();
    return *this;
  }
  /// Null before the count drops, because that can run the collector, which may still see this handle inside
  /// a container that is being emptied.
  ~Py() {
    if (T *object = release())
      drop(as_object(object));
  }

  /// Takes over a reference that the caller owns: the result of most C API calls. Null stays null.
  static Py steal(T *owned) noexcept { return Py(owned); }

  /// Adds a reference to an object that somebody else keeps alive during the call. Null stays null. A
  /// *borrowed* reference out of a shared container is not kept alive by anybody on the free-threaded build:
  /// use list_snapshot.h there.
  UNGIL_NEEDS_ATTACHED static Py borrow(const Attached &, T *object) noexcept {
    Py_XINCREF(as_object(object));
    return Py(object);
  }

  UNGIL_NEEDS_ATTACHED Py clone(const Attached &attached) const noexcept { return borrow(attached, object_); }

  T *get() const noexcept { return object_; }
  T *operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  PyObject *object() const noexcept { return as_object(object_); }

  /// Gives the reference away: to a function that steals it, or as a slot's result.
  [[nodiscard]] T *release() noexcept { return std::exchange(object_, nullptr); }
  void reset() noexcept { *this = Py(); }

private:
  constexpr explicit Py(T *owned) noexcept : object_(owned) {}

  static PyObject *as_object(T *object) noexcept { return reinterpret_cast<PyObject *>(object); }

  static void drop(PyObject *object) noexcept {
    if (is_attached())
      Py_DECREF(object);
    else
      ReferencePool::defer_decref(object);
  }

  T *object_ = nullptr;
};

UNGIL_NAMESPACE_END
