// rule: ungil-atomic-rmw-split
// oracle: check
// needs: nothing
//
// Two atomic steps are not one.

#include <atomic>
#include <thread>

static std::atomic<long> total{0};

static void add() {
  total.store(total.load() + 1); // FLAG
}

int main() {
  auto work = [] {
    for (int i = 0; i < 2000000; ++i)
      add();
  };
  std::thread a(work), b(work), c(work);
  a.join(), b.join(), c.join();
  return total == 6000000 ? 0 : 3;
}
