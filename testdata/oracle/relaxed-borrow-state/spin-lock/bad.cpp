// rule: ungil-relaxed-borrow-state
// oracle: tsan
// needs: nothing
//
// A lock without orders excludes and does not order.

#include <atomic>
#include <thread>

static std::atomic_flag busy = ATOMIC_FLAG_INIT;
static long value;

static void lock() {
  while (busy.test_and_set(std::memory_order_relaxed)) // FLAG
    std::this_thread::yield();
}
static void unlock() { busy.clear(std::memory_order_relaxed); } // FLAG

int main() {
  auto work = [] {
    for (int i = 0; i < 5000; ++i) {
      lock();
      ++value;
      unlock();
    }
  };
  std::thread a(work), b(work);
  a.join(), b.join();
}
