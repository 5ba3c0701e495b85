// CPython's critical sections as scopes.
//
// A critical section locks an object against other sections on the same object. It cannot deadlock, because
// it is suspended (all of the thread's sections are) whenever the thread detaches, which any call that runs
// Python code or waits can do. What was read before such a call must be read again after it. Builds with a
// GIL have none, and need none: there the same code is atomic between such calls. (C API reference, "Python
// critical section API", 3.13.)
#pragma once

#include "ungil/attached.h"

UNGIL_NAMESPACE_BEGIN

namespace detail {
// The interpreter's locks are invisible to ThreadSanitizer when only the extension is instrumented.
#if UNGIL_TSAN && UNGIL_FREE_THREADED
extern "C" void __tsan_acquire(void *);
extern "C" void __tsan_release(void *);
inline void tsan_acquired(PyObject *object) noexcept { __tsan_acquire(object); }
inline void tsan_releasing(PyObject *object) noexcept { __tsan_release(object); }
#elif UNGIL_FREE_THREADED
inline void tsan_acquired(PyObject *) noexcept {}
inline void tsan_releasing(PyObject *) noexcept {}
#endif
} // namespace detail

/// Locks one object for the scope. The caller keeps the object alive. Re-entering a section on the object
/// that is locked innermost is allowed; on 3.13 that suspends the outer one for a moment.
class CriticalSection {
public:
  CriticalSection(const CriticalSection &) = delete;
  CriticalSection &operator=(const CriticalSection &) = delete;
  static void *operator new(std::size_t) = delete;

#if UNGIL_FREE_THREADED
  UNGIL_NEEDS_ATTACHED CriticalSection(const Attached &, PyObject *object) noexcept : object_(object) {
    PyCriticalSection_Begin(&section_, object);
    detail::tsan_acquired(object_);
  }
  ~CriticalSection() {
    detail::tsan_releasing(object_);
    PyCriticalSection_End(&section_);
  }

private:
  PyCriticalSection section_;
  PyObject *object_;
#else
  UNGIL_NEEDS_ATTACHED CriticalSection(const Attached &, PyObject *) noexcept {}
  ~CriticalSection() {} // not trivial, so that a named scope is no unused variable
#endif
};

/// Locks two objects at once; they may be the same. Two nested CriticalSections are not a substitute:
/// entering the inner one can suspend the outer.
class CriticalSection2 {
public:
  CriticalSection2(const CriticalSection2 &) = delete;
  CriticalSection2 &operator=(const CriticalSection2 &) = delete;
  static void *operator new(std::size_t) = delete;

#if UNGIL_FREE_THREADED
  UNGIL_NEEDS_ATTACHED CriticalSection2(const Attached &, PyObject *a, PyObject *b) noexcept : a_(a), b_(b) {
    PyCriticalSection2_Begin(&section_, a, b);
    detail::tsan_acquired(a_);
    detail::tsan_acquired(b_);
  }
  ~CriticalSection2() {
    detail::tsan_releasing(b_);
    detail::tsan_releasing(a_);
    PyCriticalSection2_End(&section_);
  }

private:
  PyCriticalSection2 section_;
  PyObject *a_;
  PyObject *b_;
#else
  UNGIL_NEEDS_ATTACHED CriticalSection2(const Attached &, PyObject *, PyObject *) noexcept {}
  ~CriticalSection2() {}
#endif
};

UNGIL_NAMESPACE_END
