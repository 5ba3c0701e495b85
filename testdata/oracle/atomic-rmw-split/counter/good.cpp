// rule: ungil-atomic-rmw-split
// oracle: check
// needs: nothing
//
// Two atomic steps are not one.

#include <atomic>
#include <chrono>
#include <thread>

static std::atomic<long> total{0};

static void add() {
  total.fetch_add(1);
}

int main() {
  std::atomic<long> truth{0};
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  auto work = [&] {
    long mine = 0;
    for (; std::chrono::steady_clock::now() < end; mine += 1000)
      for (int i = 0; i < 1000; ++i)
        add();
    truth += mine;
  };
  std::thread a(work), b(work), c(work);
  a.join(), b.join(), c.join();
  return total == truth ? 0 : 3;
}
