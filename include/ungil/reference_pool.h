// References dropped by a thread that is not attached.
//
// A detached thread must not touch a reference count: the object could be freed, which runs Python code, and
// on the free-threaded build the collector rewrites the counts of all objects while it believes that only
// attached threads could interfere. The pool keeps such *decrements* until an attached thread applies them.
// It has no increments on purpose: an increment that is applied later can come after the last decrement and
// revive a freed object (PyO3 0.21, repaired by taking increments away in 0.22).
#pragma once

#include "ungil/atomics.h"

#include <cstdlib>
#include <new>

UNGIL_NAMESPACE_BEGIN

/// Process-wide, one per shared object. The stack's head is itself the "work pending" flag, so there is no
/// moment at which the flag and the contents disagree and a decrement could strand.
///
/// References are dropped in no particular order, each exactly once.
///
/// Limits: objects of subinterpreters must not be dropped while detached, because the pool cannot tell which
/// interpreter they belong to. References that are still pooled at finalisation are leaked. Safe across fork.
class UNGIL_HIDDEN ReferencePool {
public:
  ReferencePool() = delete;

  /// Drops one reference later. Callable in any state and from any thread; never blocks on a Python lock,
  /// never throws. When no memory is left, or the interpreter is gone, the reference is leaked: that is safe,
  /// freeing it here is not.
  static void defer_decref(PyObject *object) noexcept {
    if (!Py_IsInitialized())
      return;
    Node *node = static_cast<Node *>(std::malloc(sizeof(Node)));
    if (node == nullptr)
      return;
    ::new (node) Node{object, nullptr};
    const bool was_empty = stack_.push(node);
    // A pending call drains the pool even if no thread crosses a boundary again. Py_AddPendingCall needs no
    // attached thread state (documented); it fails when its queue is full, and the next push then asks again.
    // The main thread runs it between bytecodes; before 3.12 it notices only when it next takes the GIL.
    if (was_empty || call_refused_.load(std::memory_order_relaxed))
      call_refused_.store(Py_AddPendingCall(&pending_call, nullptr) != 0, std::memory_order_relaxed);
  }

  /// Applies all pooled decrements; one relaxed load when there are none. Call attached. Destructors run in
  /// here, so it may run any Python code; the scopes of attached.h call it at both boundaries of detached
  /// regions.
  UNGIL_MAY_RUN_PYTHON UNGIL_NEEDS_ATTACHED static void flush() noexcept {
    for (Node *node = stack_.take_all(); node != nullptr;) {
      Node *next = node->next;
      PyObject *object = node->object;
      std::free(node);
      Py_DECREF(object);
      node = next;
    }
  }

  static bool empty() noexcept { return stack_.empty(); }

private:
  struct Node {
    PyObject *object;
    Node *next;
  };

  static int pending_call(void *) {
    flush();
    return 0;
  }

  static inline basic_take_all_stack<Node> stack_;
  static inline std::atomic<bool> call_refused_{false};
};

UNGIL_NAMESPACE_END
