// rule: ungil-thread-unsafe-libc
// oracle: check
// needs: nothing
//
// strtok keeps its place in one static variable.

#include <atomic>
#include <cstring>
#include <thread>

static std::atomic<bool> wrong{false};

static void split() {
  for (int i = 0; i < 100000 && !wrong; ++i) {
    char text[] = "a b c d e f g h";
    int parts = 0;
    for (char *part = strtok(text, " "); part; part = strtok(nullptr, " ")) // FLAG
      ++parts;
    if (parts != 8)
      wrong = true;
  }
}

int main() {
  std::thread a(split), b(split), c(split);
  a.join(), b.join(), c.join();
  return wrong ? 3 : 0;
}
