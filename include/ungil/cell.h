// A value that threads share under run-time borrow checking: many readers or one writer.
#pragma once

#include "ungil/attached.h"
#include "ungil/borrow_flag.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <type_traits>
#include <utility>

UNGIL_NAMESPACE_BEGIN

template <class T> class Cell;
template <class T> class RefMut;

/// A shared borrow, given back on destruction; empty when the cell was busy. Moves, so that it can be
/// returned; must not outlive its cell.
template <class T> class Ref {
public:
  Ref() noexcept = default;
  Ref(Ref &&other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  Ref &operator=(Ref &&other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~Ref() {
    if (cell_)
      cell_->flag_.release_shared();
  }

  explicit operator bool() const noexcept { return cell_ != nullptr; }
  const T &operator*() const noexcept { return cell_->value_; }
  const T *operator->() const noexcept { return &cell_->value_; }

  /// Makes the borrow exclusive and leaves this one empty; empty, with this one kept, while there are other
  /// readers.
  [[nodiscard]] RefMut<T> try_upgrade() noexcept {
    return cell_->flag_.try_upgrade() ? RefMut<T>(std::exchange(cell_, nullptr)) : RefMut<T>();
  }

private:
  friend Cell<T>;
  friend RefMut<T>;
  explicit Ref(Cell<T> *cell) noexcept : cell_(cell) {}
  Cell<T> *cell_ = nullptr;
};

/// An exclusive borrow; as Ref otherwise.
template <class T> class RefMut {
public:
  RefMut() noexcept = default;
  RefMut(RefMut &&other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  RefMut &operator=(RefMut &&other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~RefMut() {
    if (cell_)
      cell_->flag_.release_exclusive();
  }

  explicit operator bool() const noexcept { return cell_ != nullptr; }
  T &operator*() const noexcept { return cell_->value_; }
  T *operator->() const noexcept { return &cell_->value_; }

  /// Makes the borrow shared and leaves this one empty.
  [[nodiscard]] Ref<T> downgrade() noexcept {
    cell_->flag_.downgrade();
    return Ref<T>(std::exchange(cell_, nullptr));
  }

private:
  friend Cell<T>;
  friend Ref<T>;
  explicit RefMut(Cell<T> *cell) noexcept : cell_(cell) {}
  Cell<T> *cell_ = nullptr;
};

/// Thread-safety: try_borrow and try_borrow_mut from any thread, attached or not, with one exception: a cell
/// that the collector sees (a field of a gc_class, see gc_class.h) becomes exclusive, by try_borrow_mut or
/// try_upgrade, on attached threads only. A detached thread may keep such a borrow and give it back, and it
/// may find the cell borrowed by the collector for a moment.
///
/// The two that wait detach their thread meanwhile, so they hold up neither the collector nor the owner of
/// the GIL, and take the borrow when they are attached again. A thread that waits for a borrow which it holds
/// itself waits for ever; so does a circle of threads. There is no queue and no fairness.
template <class T> class Cell {
public:
  template <class... Args, class = std::enable_if_t<std::is_constructible_v<T, Args...>>>
  explicit Cell(std::in_place_t, Args &&...args) : value_(std::forward<Args>(args)...) {}
  Cell() = default;
  Cell(const Cell &) = delete;
  Cell &operator=(const Cell &) = delete;

  [[nodiscard]] Ref<T> try_borrow() noexcept { return flag_.try_shared() ? Ref<T>(this) : Ref<T>(); }
  [[nodiscard]] RefMut<T> try_borrow_mut() noexcept {
    return flag_.try_exclusive() ? RefMut<T>(this) : RefMut<T>();
  }

  /// Waits. Empty only with an exception set, by a signal handler that ran while waiting (KeyboardInterrupt).
  [[nodiscard]] UNGIL_MAY_RUN_PYTHON UNGIL_NEEDS_ATTACHED Ref<T> borrow(Attached &attached) {
    for (;;) {
      if (auto borrowed = try_borrow())
        return borrowed;
      if (!wait(attached, [this] { return flag_.seems_shareable(); }))
        return {};
    }
  }
  [[nodiscard]] UNGIL_MAY_RUN_PYTHON UNGIL_NEEDS_ATTACHED RefMut<T> borrow_mut(Attached &attached) {
    for (;;) {
      if (auto borrowed = try_borrow_mut())
        return borrowed;
      if (!wait(attached, [this] { return flag_.seems_unused(); }))
        return {};
    }
  }

private:
  friend Ref<T>;
  friend RefMut<T>;

  /// Sleeps, detached, until the condition holds or signal handlers are due; false with an exception set when
  /// one of them raised.
  template <class Condition> static bool wait(Attached &attached, Condition holds) {
    using namespace std::chrono;
    {
      Detached detached(attached);
      const auto deadline = steady_clock::now() + milliseconds(50);
      for (microseconds pause(1); !holds() && steady_clock::now() < deadline;
           pause = std::min(2 * pause, microseconds(1000)))
        std::this_thread::sleep_for(pause);
    }
    return PyErr_CheckSignals() == 0;
  }

  BorrowFlag flag_;
  T value_{};
};

/// Sets RuntimeError for a borrow that failed, with the words that Rust and PyO3 users know.
UNGIL_NEEDS_ATTACHED inline void set_borrow_error(const Attached &, bool wanted_mutable) noexcept {
  PyErr_SetString(PyExc_RuntimeError, wanted_mutable ? "Already borrowed" : "Already mutably borrowed");
}

UNGIL_NAMESPACE_END
