// The lock-free templates and stores on real threads, meant for ThreadSanitizer and AddressSanitizer. The
// model checker proves more about orders; this sees what the compiler and the machine make of them.
#include "ungil/borrow_flag.h"
#include "ungil/cell.h"
#include "ungil/freelist.h"
#include "ungil/once_ref.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

using namespace ungil;

namespace {

constexpr int thread_count = 4;
constexpr int rounds = 20000;

template <class F> void in_threads(F f) {
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i)
    threads.emplace_back(f, i);
  for (auto &thread : threads)
    thread.join();
}

TEST(Stress, BorrowFlag) {
  BorrowFlag flag;
  long value = 0;
  std::atomic<long> written{0};
  in_threads([&](int i) {
    long sum = 0;
    for (int n = 0; n < rounds; ++n) {
      if (i % 2 == 0) {
        if (flag.try_exclusive()) {
          ++value;
          ++written;
          if (n % 3 == 0) {
            flag.downgrade();
            sum += value;
            flag.release_shared();
          } else {
            flag.release_exclusive();
          }
        }
      } else if (flag.try_shared()) {
        sum += value;
        if (n % 5 == 0 && flag.try_upgrade()) {
          ++value;
          ++written;
          flag.release_exclusive();
        } else {
          flag.release_shared();
        }
      }
    }
    EXPECT_GE(sum, 0);
  });
  ASSERT_TRUE(flag.try_exclusive());
  EXPECT_EQ(value, written.load());
}

TEST(Stress, Cell) {
  Cell<std::vector<int>> cell;
  std::atomic<std::size_t> pushed{0};
  in_threads([&](int i) {
    for (int n = 0; n < rounds; ++n) {
      if (auto writer = cell.try_borrow_mut()) {
        writer->push_back(i);
        ++pushed;
        auto reader = writer.downgrade();
        EXPECT_FALSE(reader->empty());
      } else if (auto reader = cell.try_borrow()) {
        EXPECT_LE(reader->size(), std::size_t(rounds * thread_count));
        if (auto upgraded = reader.try_upgrade()) {
          EXPECT_FALSE(reader);
          upgraded->push_back(i);
          ++pushed;
        }
      }
    }
  });
  EXPECT_EQ(cell.try_borrow()->size(), pushed.load());
}

TEST(Stress, OncePointer) {
  for (int n = 0; n < 500; ++n) {
    basic_once_ptr<long> once;
    std::atomic<long *> winner{nullptr};
    in_threads([&](int i) {
      long *seen = once.get();
      EXPECT_TRUE(!seen || *seen == 7);
      long *mine = new long(7);
      long *published = once.publish(mine);
      EXPECT_EQ(*published, 7) << i;
      if (published != mine)
        delete mine;
      winner = published;
    });
    EXPECT_EQ(once.get(), winner.load());
    delete once.take();
  }
}

struct Entry {
  Entry *next;
  long payload;
};
TEST(Stress, TakeAllStack) {
  basic_take_all_stack<Entry> stack;
  std::atomic<long> taken{0};
  auto drain = [&] {
    for (Entry *entry = stack.take_all(); entry;) {
      taken += entry->payload;
      delete std::exchange(entry, entry->next);
    }
  };
  in_threads([&](int) {
    for (int n = 0; n < rounds; ++n) {
      stack.push(new Entry{nullptr, 1});
      if (n % 8 == 0)
        drain();
    }
  });
  drain();
  EXPECT_EQ(taken.load(), long(thread_count) * rounds);
}

/// Every block is written by whoever has it, so one that two threads got is a race and a wrong count.
template <class Store> void churn() {
  std::atomic<long> live{0};
  auto acquire = [&]() -> long * {
    if (void *block = Store::pop())
      return static_cast<long *>(block);
    ++live;
    return new long(0);
  };
  auto release = [&](long *block) {
    if (!Store::push(block)) {
      --live;
      delete block;
    }
  };
  for (int generation = 0; generation < 3;
       ++generation) // threads end and their magazines are used by later ones
    in_threads([&](int i) {
      std::vector<long *> mine;
      for (int n = 0; n < rounds / 4; ++n) {
        mine.push_back(acquire());
        *mine.back() = i;
        if (n % 7 == 6)
          for (; !mine.empty(); mine.pop_back()) {
            EXPECT_EQ(*mine.back(), i);
            release(mine.back());
          }
      }
      for (long *block : mine)
        release(block);
    });
  long left = 0;
  while (void *block = Store::pop()) {
    delete static_cast<long *>(block);
    ++left;
  }
  EXPECT_EQ(left, live.load());
}

template <int> struct tag;
TEST(Stress, MutexStore) { churn<shared_store<tag<1>, mutex_store<16>>>(); }
TEST(Stress, SlotsStore) { churn<shared_store<tag<2>, slots_store<16>>>(); }
TEST(Stress, TreiberStore) { churn<shared_store<tag<3>, treiber_store<16>>>(); }
TEST(Stress, PerThreadStore) { churn<per_thread_store<tag<4>, 8, 4>>(); }

TEST(Stress, PerThreadStoreFeedsAllocatorsFromFreers) {
  using Store = per_thread_store<tag<5>, 8, 4>;
  std::atomic<int> reused{0};
  for (int n = 0; n < 20; ++n) {
    std::thread([] {
      for (int i = 0; i < 32; ++i) {
        long *block = new long(i);
        if (!Store::push(block))
          delete block;
      }
    }).join();
    std::thread([&] {
      while (void *block = Store::pop()) {
        delete static_cast<long *>(block);
        ++reused;
      }
    }).join();
  }
  EXPECT_EQ(reused.load(), 20 * 32);
}

} // namespace
