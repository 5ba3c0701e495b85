// rule: ungil-unsynchronized-lazy-init
// oracle: tsan
// needs: nothing
//
// Double-checked locking with a plain outer check.

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

static std::atomic<std::string *> instance;
static std::mutex mutex;

static const std::string &get() {
  std::string *seen = instance.load(std::memory_order_acquire);
  if (seen == nullptr) {
    std::lock_guard<std::mutex> lock(mutex);
    seen = instance.load(std::memory_order_relaxed);
    if (seen == nullptr) {
      seen = new std::string("made on first use");
      instance.store(seen, std::memory_order_release);
    }
  }
  return *seen;
}

int main() {
  for (int i = 0; i < 100; ++i) {
    std::thread a([] { get(); }), b([] { get(); });
    a.join(), b.join();
    delete instance.load();
    instance = nullptr;
  }
}
