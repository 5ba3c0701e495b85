// rule: ungil-mixed-atomic-access
// oracle: tsan
// needs: nothing
//
// One location, atomic here and plain there.

#include <thread>

static long hits;

static void hit() { __atomic_fetch_add(&hits, 1, __ATOMIC_RELAXED); }
static long report() { return __atomic_load_n(&hits, __ATOMIC_RELAXED); }

int main() {
  std::thread a([] { for (int i = 0; i < 20000; ++i) hit(); });
  std::thread b([] { for (volatile long i = 0, seen; i < 20000; i = i + 1) seen = report(); });
  a.join(), b.join();
}
