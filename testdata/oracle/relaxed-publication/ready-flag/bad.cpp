// rule: ungil-relaxed-publication
// oracle: tsan
// needs: nothing
//
// A flag beside its payload.

#include <atomic>
#include <thread>

static long payload;
static std::atomic<bool> ready{false};

static void produce() {
  payload = 42;
  ready.store(true, std::memory_order_relaxed); // FLAG
}

static long consume() {
  while (!ready.load(std::memory_order_relaxed)) // FLAG
    std::this_thread::yield();
  return payload;
}

int main() {
  for (int i = 0; i < 100; ++i) {
    payload = 0;
    ready = false;
    std::thread a(produce), b(consume);
    a.join(), b.join();
  }
}
