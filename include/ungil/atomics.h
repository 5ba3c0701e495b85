// The atomics policy. Every algorithm here that uses atomics is a template over a policy, so that the very
// code that ships also runs under a model checker, which supplies its own `atomic` and `plain`.
#pragma once

#include "ungil/config.h"

#include <atomic>

UNGIL_NAMESPACE_BEGIN

struct std_atomics {
  template <class T> using atomic = std::atomic<T>;
  /// A non-atomic field whose accesses must be ordered by the atomics round it; a checker reports a race on
  /// it.
  template <class T> using plain = T;
};

/// A lock-free stack that is only ever taken whole, so it has no ABA problem and needs no tag. `Node` has a
/// member `typename A::template plain<Node *> next`. Nodes belong to the stack from push to take_all, then to
/// the taker.
///
/// Thread-safety: push and take_all from any thread, attached or not. Never blocks, never throws, never
/// frees.
template <class Node, class A = std_atomics> class basic_take_all_stack {
public:
  constexpr basic_take_all_stack() noexcept = default;
  basic_take_all_stack(const basic_take_all_stack &) = delete;
  basic_take_all_stack &operator=(const basic_take_all_stack &) = delete;

  /// Returns whether the stack was empty before.
  bool push(Node *node) noexcept {
    Node *old = head_.load(std::memory_order_relaxed);
    do
      node->next = old;
    // Release: whoever takes the node reads its fields.
    while (!head_.compare_exchange_weak(old, node, std::memory_order_release, std::memory_order_relaxed));
    return old == nullptr;
  }

  /// The newest node, linked through `next` to the older ones; null when empty. Costs one relaxed load then.
  Node *take_all() noexcept {
    if (empty())
      return nullptr;
    // Acquire: pairs with every push, because later pushes continue the release sequence of earlier ones.
    return head_.exchange(nullptr, std::memory_order_acquire);
  }

  bool empty() const noexcept { return head_.load(std::memory_order_relaxed) == nullptr; }

private:
  typename A::template atomic<Node *> head_{nullptr};
};

UNGIL_NAMESPACE_END
