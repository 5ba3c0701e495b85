// The borrow state of a value: free, shared by some readers, or exclusive to one writer. Checked at run time,
// in one word.
#pragma once

#include "ungil/atomics.h"

#include <cstdint>

UNGIL_NAMESPACE_BEGIN

/// Orders: taking a borrow acquires, giving it back releases. A writer must see what earlier borrowers did,
/// and its writes must not move before their reads; so a reader's release needs an order as well, although it
/// wrote nothing. PyO3 0.23.0 shipped a relaxed one. Failure only reports or retries, so it is relaxed.
///
/// Thread-safety: every operation from any thread, attached or not; none blocks. Whoever calls a release,
/// upgrade or downgrade holds the borrow that it names.
template <class A = std_atomics> class basic_borrow_flag {
public:
  constexpr basic_borrow_flag() noexcept = default;
  basic_borrow_flag(const basic_borrow_flag &) = delete;
  basic_borrow_flag &operator=(const basic_borrow_flag &) = delete;

  /// False while the value is borrowed exclusively (or shared 2^32 - 2 times).
  [[nodiscard]] bool try_shared() noexcept {
    word count = state_.load(std::memory_order_relaxed);
    while (count < exclusive - 1)
      if (state_.compare_exchange_weak(count, count + 1, std::memory_order_acquire,
                                       std::memory_order_relaxed))
        return true;
    return false;
  }
  void release_shared() noexcept { state_.fetch_sub(1, std::memory_order_release); }

  /// False while the value is borrowed at all.
  [[nodiscard]] bool try_exclusive() noexcept { return swap_to_exclusive(unused); }
  void release_exclusive() noexcept { state_.store(unused, std::memory_order_release); }

  /// Shared to exclusive; false, with the shared borrow kept, while there are other readers. Two readers that
  /// both insist wait for each other for ever: give up the shared borrow and start over.
  [[nodiscard]] bool try_upgrade() noexcept { return swap_to_exclusive(1); }
  /// Exclusive to shared, with no moment between at which another writer could come in.
  void downgrade() noexcept { state_.store(1, std::memory_order_release); }

  /// What a try would have found a moment ago. Relaxed: a hint for who waits, the try alone decides.
  bool seems_shareable() const noexcept { return state_.load(std::memory_order_relaxed) < exclusive - 1; }
  bool seems_unused() const noexcept { return state_.load(std::memory_order_relaxed) == unused; }

private:
  using word = std::uint32_t;
  static constexpr word unused = 0;
  static constexpr word exclusive = ~word(0);

  bool swap_to_exclusive(word expected) noexcept {
    return state_.compare_exchange_strong(expected, exclusive, std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }

  typename A::template atomic<word> state_{unused};
};

using BorrowFlag = basic_borrow_flag<>;

UNGIL_NAMESPACE_END
