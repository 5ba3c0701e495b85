// The production templates under the model checker, after litmus tests of the checker itself.
#include "checker.h"
#include "ungil/borrow_flag.h"
#include "ungil/freelist.h"
#include "ungil/once_ref.h"

#include <gtest/gtest.h>

using model::check;
using model::Explorer;
constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto seq_cst = std::memory_order_seq_cst;

namespace {

template <class Test> Explorer::Result explore(Explorer::Options options = {}) {
  return Explorer::explore<Test>(options);
}

template <class Test> void expect_pass() {
  const auto result = explore<Test>();
  EXPECT_FALSE(result.failed) << result.failure << "\n" << result.trace;
  EXPECT_TRUE(result.exhausted) << "stopped after " << result.runs << " runs";
  std::cout << "    " << result.runs << " runs, " << result.cut << " cut off\n";
}

template <class Test> void expect_failure(const std::string &words) {
  const auto result = explore<Test>();
  ASSERT_TRUE(result.failed) << "not found in " << result.runs << " runs";
  EXPECT_NE(result.failure.find(words), std::string::npos) << result.failure;
  EXPECT_NE(result.trace.find("***"), std::string::npos) << "no trace";
  std::cout << "    found in run " << result.runs << ": " << result.failure << "\n";
}

/// The test passes as written, and fails with any single order weakened by one step.
template <class Test> void expect_every_order_needed() {
  const auto result = explore<Test>();
  ASSERT_FALSE(result.failed) << result.failure << "\n" << result.trace;
  ASSERT_TRUE(result.exhausted) << "stopped after " << result.runs << " runs";
  std::cout << "    as written: " << result.runs << " runs, " << result.cut << " cut off\n";
  ASSERT_FALSE(result.sites.empty());
  for (const model::Site &site : result.sites) {
    std::vector<std::memory_order> weaker{relaxed};
    if (site.order == std::memory_order_acq_rel)
      weaker = {acquire, release};
    for (std::memory_order order : weaker) {
      Explorer::Options options;
      options.weakened = &site;
      options.weaker = order;
      const auto broken = explore<Test>(options);
      EXPECT_TRUE(broken.failed) << "line " << site.line << ", " << site.operation << ": "
                                 << model::name(site.order) << " could be " << model::name(order);
      EXPECT_FALSE(broken.failed && broken.trace.empty());
      std::cout << "    line " << site.line << " " << site.operation << " " << model::name(site.order)
                << " -> " << model::name(order) << ": run " << broken.runs << ", " << broken.failure << "\n";
    }
  }
}

// Litmus tests. Each says in `finish` which outcome must not be; whether it is found depends on the orders.

template <std::memory_order Store, std::memory_order Load> struct StoreBuffering {
  static constexpr int threads = 2;
  model::atomic<int> x{0}, y{0};
  int seen[3] = {};
  void thread(int i) {
    (i == 1 ? x : y).store(1, Store);
    seen[i] = (i == 1 ? y : x).load(Load);
  }
  void finish() { check(seen[1] || seen[2], "both threads read 0"); }
};
TEST(Litmus, StoreBufferingIsAllowedBelowSeqCst) {
  expect_failure<StoreBuffering<relaxed, relaxed>>("both");
  expect_failure<StoreBuffering<release, acquire>>("both");
  expect_pass<StoreBuffering<seq_cst, seq_cst>>();
}

template <std::memory_order Store, std::memory_order Load> struct MessagePassing {
  static constexpr int threads = 2;
  model::plain<int> data{0};
  model::atomic<int> ready{0};
  void thread(int i) {
    if (i == 1) {
      data = 42;
      ready.store(1, Store);
    } else if (ready.load(Load)) {
      check(data == 42, "stale data");
    }
  }
  void finish() {}
};
TEST(Litmus, MessagePassingNeedsReleaseAndAcquire) {
  expect_pass<MessagePassing<release, acquire>>();
  expect_failure<MessagePassing<relaxed, acquire>>("data race");
  expect_failure<MessagePassing<release, relaxed>>("data race");
}

template <std::memory_order Before, std::memory_order After> struct FencedMessagePassing {
  static constexpr int threads = 2;
  model::plain<int> data{0};
  model::atomic<int> ready{0};
  void thread(int i) {
    if (i == 1) {
      data = 42;
      model::fence(Before);
      ready.store(1, relaxed);
    } else if (ready.load(relaxed)) {
      model::fence(After);
      check(data == 42, "stale data");
    }
  }
  void finish() {}
};
TEST(Litmus, FencesOrderRelaxedAccesses) {
  expect_pass<FencedMessagePassing<release, acquire>>();
  expect_failure<FencedMessagePassing<acquire, acquire>>("data race");
  expect_failure<FencedMessagePassing<release, release>>("data race");
}

template <bool ReadModifyWrite> struct ReleaseSequence {
  static constexpr int threads = 3;
  model::plain<int> data{0};
  model::atomic<int> flag{0};
  void thread(int i) {
    if (i == 1) {
      data = 42;
      flag.store(1, release);
    } else if (i == 2) {
      if (ReadModifyWrite)
        flag.fetch_add(2, relaxed);
      else if (flag.load(relaxed) == 1)
        flag.store(3, relaxed);
    } else if (flag.load(acquire) == 3) {
      check(data == 42, "stale data");
    }
  }
  void finish() {}
};
TEST(Litmus, OnlyReadModifyWritesContinueAReleaseSequence) {
  expect_pass<ReleaseSequence<true>>();
  expect_failure<ReleaseSequence<false>>("data race");
}

struct ReadReadCoherence {
  static constexpr int threads = 2;
  model::atomic<int> x{0};
  void thread(int i) {
    if (i == 1) {
      x.store(1, relaxed);
      x.store(2, relaxed);
    } else {
      const int first = x.load(relaxed), second = x.load(relaxed);
      check(first <= second, "reads went backwards");
    }
  }
  void finish() {}
};
TEST(Litmus, ReadsOfOneLocationNeverGoBackwards) { expect_pass<ReadReadCoherence>(); }

struct Increments {
  static constexpr int threads = 3;
  model::atomic<int> x{0};
  void thread(int) { x.fetch_add(1, relaxed); }
  void finish() { check(x.load(relaxed) == 3, "lost increment"); }
};
struct SplitIncrements {
  static constexpr int threads = 2;
  model::atomic<int> x{0};
  void thread(int) { x.store(x.load(seq_cst) + 1, seq_cst); }
  void finish() { check(x.load(relaxed) == 2, "lost increment"); }
};
TEST(Litmus, ReadModifyWriteIsAtomicAndLoadThenStoreIsNot) {
  expect_pass<Increments>();
  expect_failure<SplitIncrements>("lost");
}

template <std::memory_order Store, std::memory_order Load> struct IndependentReads {
  static constexpr int threads = 4;
  model::atomic<int> x{0}, y{0};
  int a[5] = {}, b[5] = {};
  void thread(int i) {
    if (i <= 2) {
      (i == 1 ? x : y).store(1, Store);
    } else {
      a[i] = (i == 3 ? x : y).load(Load);
      b[i] = (i == 3 ? y : x).load(Load);
    }
  }
  void finish() {
    check(!(a[3] && !b[3] && a[4] && !b[4]), "the readers disagree on the order of the writes");
  }
};
TEST(Litmus, IndependentReadersAgreeOnlyUnderSeqCst) {
  expect_failure<IndependentReads<release, acquire>>("disagree");
  expect_pass<IndependentReads<seq_cst, seq_cst>>();
}

// Borrow flag: the value behind it is plain, so a wrong order is a race on it.

struct Borrowing {
  static constexpr int threads = 3;
  ungil::basic_borrow_flag<model::atomics> flag;
  model::plain<int> value{0};
  void read() { (void)int(value); }
  void thread(int i) {
    if (i == 1 && flag.try_exclusive()) {
      value = 1;
      flag.downgrade();
      read();
      flag.release_shared();
    } else if (i == 2 && flag.try_shared()) {
      read();
      if (flag.try_upgrade()) {
        value = 2;
        flag.release_exclusive();
      } else {
        flag.release_shared();
      }
    } else if (i == 3 && flag.try_exclusive()) {
      value = 3;
      flag.release_exclusive();
    }
  }
  void finish() { check(flag.try_exclusive(), "a borrow was not given back"); }
};
TEST(BorrowFlag, EveryOrderIsNeeded) { expect_every_order_needed<Borrowing>(); }

struct TwoUpgrades {
  static constexpr int threads = 2;
  ungil::basic_borrow_flag<model::atomics> flag;
  model::plain<int> value{0};
  void thread(int) {
    if (!flag.try_shared())
      return;
    if (flag.try_upgrade()) {
      value = value + 1;
      flag.downgrade();
    }
    flag.release_shared();
  }
  void finish() { check(flag.try_exclusive(), "a borrow was not given back"); }
};
TEST(BorrowFlag, UpgradeIsExclusive) { expect_pass<TwoUpgrades>(); }

// Free lists. Whoever has a block writes to it: a block with two owners is a race, and so is a missing order.

struct Blocks {
  model::plain<int> memory[3];
  void use(void *block) { *static_cast<model::plain<int> *>(block) = 1; }
};

struct Slots : Blocks {
  static constexpr int threads = 3;
  ungil::basic_slots_store<2, model::atomics> store;
  int refused = 0; // a store that changes may look full; the block is then the caller's to free
  Slots() { store.push(&memory[0]); }
  void give_back(void *block) { refused += !store.push(block); }
  void thread(int i) {
    if (i == 1) {
      use(&memory[1]);
      give_back(&memory[1]);
    } else if (void *block = store.pop()) {
      use(block);
      give_back(block);
    }
  }
  void finish() {
    int left = refused;
    while (void *block = store.pop()) {
      use(block);
      ++left;
    }
    check(left == 2, "blocks were lost or doubled");
  }
};
TEST(FreeList, SlotsNeedEveryOrder) { expect_every_order_needed<Slots>(); }

template <std::uint32_t TagStep> struct Treiber : Blocks {
  static constexpr int threads = 2;
  ungil::basic_treiber_store<2, model::atomics, TagStep> store;
  Treiber() {
    store.push(&memory[0]);
    store.push(&memory[1]);
  }
  void thread(int i) {
    void *first = store.pop();
    if (!first)
      return;
    use(first);
    if (i == 1) {
      store.push(first);
      return;
    }
    void *second = store.pop();
    store.push(first);
    if (second) {
      use(second);
      store.push(second);
    }
  }
  void finish() {
    int left = 0;
    while (void *block = store.pop()) {
      use(block);
      if (++left > 2)
        break;
    }
    check(left == 2, "blocks were lost or doubled");
  }
};
TEST(FreeList, TreiberNeedsEveryOrder) { expect_every_order_needed<Treiber<1>>(); }
TEST(FreeList, TreiberWithoutTagSuffersFromABA) { expect_failure<Treiber<0>>(""); }

// The reference pool and the depot of the per-thread free list are this stack.

struct Entry {
  model::plain<int> payload{0};
  model::plain<Entry *> next{nullptr};
  int taken = 0;
};

struct Pool {
  static constexpr int threads = 3;
  ungil::basic_take_all_stack<Entry, model::atomics> stack;
  Entry entries[2];
  void drain() {
    for (Entry *entry = stack.take_all(); entry; entry = entry->next) {
      check(entry->payload == 1, "half an entry");
      ++entry->taken;
    }
  }
  void thread(int i) {
    if (i == 3)
      return drain();
    entries[i - 1].payload = 1;
    stack.push(&entries[i - 1]);
  }
  void finish() {
    drain();
    for (Entry &entry : entries)
      check(entry.taken == 1, "a decrement was stranded or applied twice");
  }
};
TEST(ReferencePool, EveryOrderIsNeeded) { expect_every_order_needed<Pool>(); }

/// The design with a flag beside the contents, set before the push: a drainer clears it and finds nothing.
struct FlagBesidePool : Pool {
  model::atomic<int> dirty{0};
  void drain_if_dirty() {
    if (dirty.exchange(0, seq_cst))
      drain();
  }
  void thread(int i) {
    if (i == 3)
      return drain_if_dirty();
    dirty.store(1, seq_cst);
    Pool::thread(i);
  }
  void finish() {
    drain_if_dirty();
    for (Entry &entry : entries)
      check(entry.taken == 1, "a decrement was stranded or applied twice");
  }
};
TEST(ReferencePool, AFlagSetBeforeThePushStrandsADecrement) { expect_failure<FlagBesidePool>("stranded"); }

struct Once {
  static constexpr int threads = 3;
  struct Object {
    model::plain<int> field{0};
  };
  ungil::basic_once_ptr<Object, model::atomics> once;
  Object made[3];
  Object *got[4] = {};
  void thread(int i) {
    if (i == 3) {
      got[3] = once.get();
    } else {
      made[i].field = 7;
      got[i] = once.publish(&made[i]);
    }
    if (got[i])
      check(got[i]->field == 7, "half an object");
  }
  void finish() {
    check(got[1] == got[2], "two winners");
    check(!got[3] || got[3] == got[1], "the reader saw a loser");
  }
};
TEST(OnceRef, EveryOrderIsNeeded) { expect_every_order_needed<Once>(); }

struct OnceTaken {
  static constexpr int threads = 3;
  Once::Object made[3];
  ungil::basic_once_ptr<Once::Object, model::atomics> once;
  void thread(int i) {
    if (i != 3)
      made[i].field = 7;
    if (Once::Object *got = i == 3 ? once.take() : once.publish(&made[i]))
      check(got->field == 7, "half an object");
  }
  void finish() {}
};
TEST(OnceRef, TakingNeedsItsOrder) { expect_every_order_needed<OnceTaken>(); }

} // namespace
