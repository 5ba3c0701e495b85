// rule: ungil-unsynchronized-lazy-init
// oracle: tsan
// needs: nothing
//
// Double-checked locking with a plain outer check.

#include <mutex>
#include <string>
#include <thread>

static std::string *instance;
static std::mutex mutex;

static const std::string &get() {
  if (instance == nullptr) { // FLAG
    std::lock_guard<std::mutex> lock(mutex);
    if (instance == nullptr)
      instance = new std::string("made on first use");
  }
  return *instance;
}

int main() {
  for (int i = 0; i < 100; ++i) {
    std::thread a([] { get(); }), b([] { get(); });
    a.join(), b.join();
    delete instance;
    instance = nullptr;
  }
}
