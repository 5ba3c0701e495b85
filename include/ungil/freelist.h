// Free lists: blocks of dead objects of one type, kept for the next object of that type.
//
// A store keeps raw blocks and hands each one to one taker. It never links through a block, because the
// collector and lock-free readers of the free-threaded build may still look at the memory of a dead object.
// Object rules are in ObjectFreeList at the end.
//
// All stores have push, which is false when the store is full (the caller frees the block), and pop, which is
// null when it is empty. `Size` counts blocks. None throws; all but unlocked_store may be used by any
// threads, attached or not. A block that is not null is never looked at, and stays allocated when the store
// goes away. Measurements are in docs/reference/benchmarks.md:
//   per_thread_store  the default of free-threaded builds: no shared access but for one in `Size` operations
//   unlocked_store    the default of builds with a GIL, which is its lock
//   slots_store       lock-free in thirty lines; every operation is one shared read-modify-write
//   treiber_store     the textbook's stack, with the tag that it needs against ABA
//   mutex_store       the plain repair: slower than no free list
#pragma once

#include "ungil/atomics.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

UNGIL_NAMESPACE_BEGIN

/// Not thread-safe by itself: for builds with a GIL, where the attached thread has the list to itself.
template <std::size_t Size> class unlocked_store {
public:
  bool push(void *block) noexcept {
    if (count_ == Size)
      return false;
    blocks_[count_++] = block;
    return true;
  }
  void *pop() noexcept { return count_ == 0 ? nullptr : blocks_[--count_]; }

private:
  std::size_t count_ = 0;
  void *blocks_[Size] = {};
};

/// A fork while another thread holds the mutex blocks the child: the stores below do not have that problem.
template <std::size_t Size> class mutex_store {
public:
  bool push(void *block) noexcept {
    std::lock_guard<std::mutex> lock(mutex_);
    return list_.push(block);
  }
  void *pop() noexcept {
    std::lock_guard<std::mutex> lock(mutex_);
    return list_.pop();
  }

private:
  std::mutex mutex_;
  unlocked_store<Size> list_;
};

/// Each slot holds a block or nothing and changes by one read-modify-write. No pointer is followed, so there
/// is no ABA.
template <std::size_t Size, class A = std_atomics> class basic_slots_store {
public:
  bool push(void *block) noexcept {
    for (auto &slot : slots_) {
      void *expected = slot.load(std::memory_order_relaxed);
      // Release: the taker reuses the memory after everything that was done to it.
      if (expected == nullptr &&
          slot.compare_exchange_strong(expected, block, std::memory_order_release, std::memory_order_relaxed))
        return true;
    }
    return false;
  }
  void *pop() noexcept {
    for (auto &slot : slots_)
      if (slot.load(std::memory_order_relaxed) != nullptr)
        if (void *block = slot.exchange(nullptr, std::memory_order_acquire))
          return block;
    return nullptr;
  }

private:
  typename A::template atomic<void *> slots_[Size] = {};
};

/// Two Treiber stacks of nodes in one array: nodes with a block, and spare nodes. The head packs a node's
/// index with a 32-bit tag that every change increments; without the tag a thread that slept between reading
/// `next` and its exchange succeeds against a head that left and came back, and hands one block out twice.
/// `TagStep` 0 shows that.
template <std::size_t Size, class A = std_atomics, std::uint32_t TagStep = 1> class basic_treiber_store {
  static_assert(Size > 0 && Size < 0xFFFFFFFFu);

public:
  basic_treiber_store() noexcept {
    for (std::uint32_t index = 0; index < Size; ++index)
      put(spare_, index);
  }
  bool push(void *block) noexcept {
    const std::uint32_t index = take(spare_);
    if (index == none)
      return false;
    nodes_[index].block = block;
    put(full_, index);
    return true;
  }
  void *pop() noexcept {
    const std::uint32_t index = take(full_);
    if (index == none)
      return nullptr;
    void *block = nodes_[index].block;
    put(spare_, index);
    return block;
  }

private:
  static constexpr std::uint32_t none = 0xFFFFFFFFu;
  using head = typename A::template atomic<std::uint64_t>;
  struct Node {
    typename A::template plain<void *> block{nullptr};
    typename A::template atomic<std::uint32_t> next{none}; // read by threads that then fail
  };

  static constexpr std::uint64_t pack(std::uint64_t old, std::uint32_t index) {
    return (std::uint64_t(std::uint32_t(old >> 32) + TagStep) << 32) | index;
  }

  std::uint32_t take(head &top) noexcept {
    // Acquire where the head is read, also on failure, because `next` is read before the exchange. The
    // exchange succeeds only on the very store that was acquired, so its own order adds nothing.
    std::uint64_t old = top.load(std::memory_order_acquire);
    for (;;) {
      const std::uint32_t index = std::uint32_t(old);
      if (index == none)
        return none;
      const std::uint32_t next = nodes_[index].next.load(std::memory_order_relaxed);
      if (top.compare_exchange_weak(old, pack(old, next), std::memory_order_relaxed,
                                    std::memory_order_acquire))
        return index;
    }
  }
  void put(head &top, std::uint32_t index) noexcept {
    std::uint64_t old = top.load(std::memory_order_relaxed);
    do
      nodes_[index].next.store(std::uint32_t(old), std::memory_order_relaxed);
    while (!top.compare_exchange_weak(old, pack(old, index), std::memory_order_release,
                                      std::memory_order_relaxed));
  }

  Node nodes_[Size];
  head full_{none};
  head spare_{none};
};

/// A list of up to `Size` blocks per thread (a magazine) and a lock-free depot of full ones. A thread touches
/// shared memory once in `Size` operations. Threads that only free thereby feed threads that only allocate; a
/// thread that ends hands its magazine over, which needs no thread state because no object is touched. The
/// depot holds about `Depot` magazines plus those of ended threads. Static members: one store for each `Tag`.
///
/// Thread-safety: all of it. Survives fork; blocks in the magazines of threads that the child does not have
/// are leaked.
template <class Tag, std::size_t Size = 64, std::size_t Depot = 16> class UNGIL_HIDDEN per_thread_store {
public:
  static bool push(void *block) noexcept {
    Local &local = local_;
    if (local.loaded == nullptr || local.loaded->count == Size)
      if (!make_room(local))
        return false;
    local.loaded->blocks[local.loaded->count++] = block;
    return true;
  }

  static void *pop() noexcept {
    Local &local = local_;
    if (local.loaded == nullptr || local.loaded->count == 0)
      if (!refill(local))
        return nullptr;
    return local.loaded->blocks[--local.loaded->count];
  }

private:
  struct Magazine {
    Magazine *next;
    std::size_t count;
    void *blocks[Size];
  };
  /// Constant-initialised and trivially destroyed, so that an access is one thread-local load with no guard.
  /// The previous magazine keeps a thread that works round a boundary from going to the depot at every step
  /// (Bonwick's magazines).
  struct Local {
    Magazine *loaded;
    Magazine *previous; // full or empty
    Magazine *taken;    // from the depot, linked by next, not yet used
    bool ended;
  };
  struct Reaper {
    bool armed = false;
    ~Reaper() {
      local_.ended = true;
      release(std::exchange(local_.loaded, nullptr));
      release(std::exchange(local_.previous, nullptr));
      while (Magazine *magazine = local_.taken) {
        local_.taken = magazine->next;
        release(magazine);
      }
    }
  };

  static void release(Magazine *magazine) noexcept {
    if (magazine == nullptr || magazine->count == 0)
      return std::free(magazine);
    // A hint that bounds the depot. Counted first: a taker in between then leaves the hint too low and never
    // too high.
    depot_count_.fetch_add(1, std::memory_order_relaxed);
    depot_.push(magazine);
  }

  static bool make_room(Local &local) noexcept {
    if (local.ended)
      return false;
    if (local.previous && local.previous->count == 0) {
      std::swap(local.loaded, local.previous);
      return true;
    }
    if (local.previous && depot_count_.load(std::memory_order_relaxed) >= Depot)
      return false;
    auto *fresh = static_cast<Magazine *>(std::malloc(sizeof(Magazine)));
    if (fresh == nullptr)
      return false;
    fresh->count = 0;
    reaper_.armed = true; // the first use registers the destructor with this thread
    if (local.previous)
      release(local.previous);
    local.previous = std::exchange(local.loaded, fresh);
    return true;
  }

  static bool refill(Local &local) noexcept {
    if (local.ended)
      return false;
    if (local.previous && local.previous->count != 0) {
      std::swap(local.loaded, local.previous);
      return true;
    }
    if (local.taken == nullptr && (local.taken = depot_.take_all()) != nullptr) {
      reaper_.armed = true;
      depot_count_.store(0, std::memory_order_relaxed);
    }
    if (local.taken == nullptr)
      return false;
    std::free(local.previous); // empty
    local.previous = local.loaded;
    local.loaded = local.taken;
    local.taken = local.taken->next;
    return true;
  }

  static inline thread_local Local local_{nullptr, nullptr, nullptr, false};
  static inline thread_local Reaper reaper_;
  static inline basic_take_all_stack<Magazine> depot_;
  static inline std::atomic<std::size_t> depot_count_{0};
};

/// Gives a store with instances the static interface of per_thread_store.
template <class Tag, class Store> class UNGIL_HIDDEN shared_store {
public:
  static bool push(void *block) noexcept { return store_.push(block); }
  static void *pop() noexcept { return store_.pop(); }

private:
  static inline Store store_;
};

template <std::size_t Size> using slots_store = basic_slots_store<Size>;
template <std::size_t Size> using treiber_store = basic_treiber_store<Size>;

#if UNGIL_FREE_THREADED
template <class Tag, std::size_t Size = 64> using default_store = per_thread_store<Tag, Size>;
#else
template <class Tag, std::size_t Size = 64> using default_store = shared_store<Tag, unlocked_store<Size>>;
#endif

/// The free list of one Python type, on one of the stores above.
///
/// Rules that it keeps, with their source:
/// - Only objects whose type is *exactly* the bound one. An instance of a subclass can be larger and is freed
/// by
///   its own type ("Type Objects", tp_free and tp_dealloc).
/// - One interpreter: the first type that is bound has the list. A second one, the same module in another
///   interpreter, does without, because its memory comes from another allocator (PEP 684).
/// - A reused block goes through PyObject_Init, which takes a reference to a heap type (3.8). The caller then
///   initialises the rest and calls PyObject_GC_Track, because a dead object was untracked ("Supporting
///   Cyclic Garbage Collection"); gc_class does both.
///
/// Types with a managed dict or weak reference list have data before the object and must not be bound. Types
/// with tp_finalize are refused by bind: a reused object would keep the collector's mark "finalised already".
///
/// Thread-safety: bind and retire where the module is made and freed; the others on any attached threads.
template <class Store> class UNGIL_HIDDEN ObjectFreeList {
public:
  /// Call once the type is made. Returns whether this type has the list.
  static bool bind(PyTypeObject *type) noexcept {
    if (type->tp_finalize != nullptr)
      return false;
    PyTypeObject *expected = nullptr;
    return bound_.compare_exchange_strong(expected, type, std::memory_order_relaxed) || expected == type;
  }
  /// Call before the type goes away (m_free): the address may be used again for another type. Blocks are
  /// leaked.
  static void retire() noexcept { bound_.store(retired(), std::memory_order_relaxed); }

  /// A dead object of `type`, initialised as far as PyObject_Init does and untracked; null when there is
  /// none.
  UNGIL_NEEDS_ATTACHED static PyObject *try_reuse(PyTypeObject *type) noexcept {
    if (type != bound_.load(std::memory_order_relaxed))
      return nullptr;
    void *block = Store::pop();
    return block ? PyObject_Init(static_cast<PyObject *>(block), type) : nullptr;
  }

  /// Keeps the memory of an object whose fields are destroyed and which is untracked. When false, the caller
  /// frees it. The reference to a heap type stays the caller's to drop.
  UNGIL_NEEDS_ATTACHED static bool try_keep(PyObject *object) noexcept {
    return Py_TYPE(object) == bound_.load(std::memory_order_relaxed) && Store::push(object);
  }

private:
  static PyTypeObject *retired() noexcept { return reinterpret_cast<PyTypeObject *>(&bound_); }

  static inline std::atomic<PyTypeObject *> bound_{nullptr};
};

/// Stands for "no free list" where one can be given.
struct no_free_list {
  static bool bind(PyTypeObject *) noexcept { return false; }
  static PyObject *try_reuse(PyTypeObject *) noexcept { return nullptr; }
  static bool try_keep(PyObject *) noexcept { return false; }
};

/// The free list that fits the build, unless measurements of your own say otherwise. `Tag` is any type of
/// yours.
template <class Tag, std::size_t Size = 64> using FreeList = ObjectFreeList<default_store<Tag, Size>>;

UNGIL_NAMESPACE_END
