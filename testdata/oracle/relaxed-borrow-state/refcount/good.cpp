// rule: ungil-relaxed-borrow-state
// oracle: tsan
// needs: nothing
//
// The last owner frees what the others may still be seen to write.

#include <atomic>
#include <thread>

struct Shared {
  std::atomic<int> count{2};
  long value = 0;
};

static void drop(Shared *shared) {
  if (shared->count.fetch_sub(1, std::memory_order_acq_rel) == 1)
    delete shared;
}

int main() {
  for (int i = 0; i < 200; ++i) {
    Shared *shared = new Shared;
    auto work = [shared](bool writes) {
      if (writes)
        shared->value = 1;
      drop(shared);
    };
    std::thread a(work, true), b(work, false);
    a.join(), b.join();
  }
}
