// What the runtime needs to know about the interpreter and the compiler. Every other header includes this
// one.
//
// Supported: CPython 3.9 and later, builds with and without the GIL; C++17 and later; the full C API (not the
// limited one, which hides PyObject, critical sections and PyMutex).
#pragma once

#include "ungil/annotations.h"

#include <Python.h>

#if __cplusplus < 201703L && !(defined(_MSVC_LANG) && _MSVC_LANG >= 201703L)
#error "ungil needs C++17"
#endif
#if PY_VERSION_HEX < 0x03090000
#error "ungil needs CPython 3.9 or later"
#endif
#ifdef Py_LIMITED_API
#error "ungil needs the full C API: the limited one hides critical sections and object layout"
#endif

/// 1 when the extension is compiled for the free-threaded build, where threads run Python code at the same
/// time. It says nothing about whether the user switched the GIL on again at run time: such a process still
/// needs every lock.
#ifdef Py_GIL_DISABLED
#define UNGIL_FREE_THREADED 1
#define UNGIL_ABI abi0_ft
#else
#define UNGIL_FREE_THREADED 0
#define UNGIL_ABI abi0_gil
#endif

// The inline namespace keeps the two ABIs apart in one process. UNGIL_HIDDEN keeps each shared object's
// statics to itself: without it GCC emits them as STB_GNU_UNIQUE, which the loader merges across modules even
// under RTLD_LOCAL.
#define UNGIL_NAMESPACE_BEGIN                                                                                \
  namespace ungil {                                                                                          \
  inline namespace UNGIL_ABI {
#define UNGIL_NAMESPACE_END                                                                                  \
  }                                                                                                          \
  }

#if defined(__GNUC__)
#define UNGIL_HIDDEN __attribute__((visibility("hidden")))
#else
#define UNGIL_HIDDEN
#endif

#if defined(__SANITIZE_THREAD__)
#define UNGIL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNGIL_TSAN 1
#endif
#endif
#ifndef UNGIL_TSAN
#define UNGIL_TSAN 0
#endif

UNGIL_NAMESPACE_BEGIN

/// Whether the calling thread has an attached thread state and may therefore call the C API. Never blocks,
/// callable at any time, also before initialisation and after finalisation.
///
/// PyGILState_Check is not used: it answers "attached" after finalisation on 3.11 and whenever
/// subinterpreters exist. From 3.12 on the current thread state is a thread-local variable. Before, it is one
/// variable of the runtime that names the owner of the GIL, so it must also be the state that belongs to this
/// thread; a thread that is attached to a subinterpreter reads as detached there, which costs a deferred
/// decrement and is safe.
inline bool is_attached() noexcept {
#if PY_VERSION_HEX >= 0x030D0000
  return PyThreadState_GetUnchecked() != nullptr;
#elif PY_VERSION_HEX >= 0x030C0000
  return _PyThreadState_UncheckedGet() != nullptr;
#else
  PyThreadState *current = _PyThreadState_UncheckedGet();
  return current != nullptr && current == PyGILState_GetThisThreadState();
#endif
}

UNGIL_NAMESPACE_END
