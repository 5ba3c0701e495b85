// Thread states as C++ types: a function that needs an attached thread state takes `const Attached &`, so it
// cannot be called without proof of one.
//
// CPython's rule ("Thread states and the GIL", C API reference): only a thread with an attached thread state
// may touch Python objects or call the C API. It holds on the free-threaded build as well, where attaching
// excludes nobody but tells the collector which threads to stop. Attaching is therefore no lock.
#pragma once

#include "ungil/reference_pool.h"

#include <cassert>
#include <cstddef>

UNGIL_NAMESPACE_BEGIN

/// Proof that the calling thread is attached. Made only by the scopes below, passed by reference, never
/// stored: the proof ends with the scope. C++ cannot stop a scope from being a data member; do not make it
/// one.
class Attached {
public:
  Attached(const Attached &) = delete;
  Attached &operator=(const Attached &) = delete;
  static void *operator new(std::size_t) = delete;
  static void *operator new[](std::size_t) = delete;

protected:
  Attached() noexcept = default;
  ~Attached() = default;
};

/// The body of a function that the interpreter called (a method, a slot, a module's exec function): the
/// thread is attached already. Applies pooled decrements on entry, which may run Python code; so make it
/// before reading anything that Python code could change, and do not use it in tp_traverse (nothing may run
/// there) nor in tp_dealloc.
class EntryScope : public Attached {
public:
  UNGIL_NEEDS_ATTACHED EntryScope() noexcept {
    assert(is_attached());
    ReferencePool::flush();
  }
};

/// Attaches a thread that Python may not know, for instance one made by std::thread; also correct on a thread
/// that is attached already. Applies pooled decrements after attaching and before detaching.
///
/// Contract: the interpreter is initialised and stays so until the scope ends, so join or stop such threads
/// before finalisation. A thread that attaches during finalisation is stopped for good (3.14 and later) or
/// ended without running destructors properly (before). Uses PyGILState_Ensure: main interpreter only.
class AttachScope : public Attached {
public:
  AttachScope() noexcept : state_(PyGILState_Ensure()) { ReferencePool::flush(); }
  ~AttachScope() {
    ReferencePool::flush();
    PyGILState_Release(state_);
  }

private:
  PyGILState_STATE state_;
};

/// A region without the interpreter: the thread is detached from construction to destruction, as between
/// Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS, also when an exception or a return leaves it. Needed
/// round everything that can wait or takes long, because an attached thread that waits holds up the collector
/// (and the GIL, where there is one). All critical sections of the thread are suspended meanwhile.
///
/// Applies pooled decrements on both sides, so no decrement that another thread pooled before waits for a
/// detached thread. The constructor takes the proof by non-const reference as a reminder that it is no proof
/// until the region ends. To call back into Python inside the region, call a function that opens an
/// AttachScope.
class UNGIL_SCOPED_CAPABILITY Detached {
public:
  UNGIL_MAY_RUN_PYTHON explicit Detached(Attached &) noexcept
      UNGIL_ACQUIRE(ungil_detached) UNGIL_NO_THREAD_SAFETY_ANALYSIS {
    ReferencePool::flush();
    state_ = PyEval_SaveThread();
  }
  ~Detached() UNGIL_RELEASE() UNGIL_NO_THREAD_SAFETY_ANALYSIS {
    PyEval_RestoreThread(state_);
    ReferencePool::flush();
  }
  Detached(const Detached &) = delete;
  Detached &operator=(const Detached &) = delete;
  static void *operator new(std::size_t) = delete;
  static void *operator new[](std::size_t) = delete;

private:
  PyThreadState *state_;
};

UNGIL_NAMESPACE_END
