// rule: ungil-relaxed-borrow-state
// oracle: tsan
// needs: nothing
//
// Atomic, but nothing orders the value behind it.

#include <atomic>
#include <thread>

// A borrow flag: 0 free, n readers, -1 one writer (PyO3 0.23.0 before its repair).
class BorrowFlag {
  std::atomic<int> state{0};

public:
  bool try_read() {
    int n = state.load(std::memory_order_relaxed);
    while (n >= 0)
      if (state.compare_exchange_weak(n, n + 1, std::memory_order_acquire, std::memory_order_relaxed))
        return true;
    return false;
  }
  void end_read() { state.fetch_sub(1, std::memory_order_release); }
  bool try_write() {
    int free = 0;
    return state.compare_exchange_strong(free, -1, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void end_write() { state.store(0, std::memory_order_release); }
};

static BorrowFlag flag;
static long value;

int main() {
  auto work = [](bool writes) {
    long sum = 0;
    for (int i = 0; i < 20000; ++i)
      if (writes && flag.try_write()) {
        ++value;
        flag.end_write();
      } else if (!writes && flag.try_read()) {
        sum += value;
        flag.end_read();
      }
    return sum;
  };
  std::thread a(work, true), b(work, true), c(work, false), d(work, false);
  a.join(), b.join(), c.join(), d.join();
}
