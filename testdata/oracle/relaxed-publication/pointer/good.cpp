// rule: ungil-relaxed-publication
// oracle: tsan
// needs: nothing
//
// A pointer published before what it points to.

#include <atomic>
#include <thread>

struct Table {
  int entries[8];
};
static std::atomic<Table *> table{nullptr};

static void publish() {
  Table *fresh = new Table;
  for (int &entry : fresh->entries)
    entry = 7;
  table.store(fresh, std::memory_order_release);
}

static int look_up() {
  Table *seen = table.load(std::memory_order_acquire);
  return seen ? seen->entries[3] : 0;
}

int main() {
  for (int i = 0; i < 100; ++i) {
    std::thread reader([] { while (look_up() == 0) std::this_thread::yield(); });
    std::thread writer(publish);
    reader.join(), writer.join();
    delete table.exchange(nullptr);
  }
}
