// rule: ungil-non-atomic-flag
// oracle: tsan
// needs: nothing
//
// volatile orders nothing between threads.

#include <atomic>
#include <thread>

static volatile bool stop;

static void loop() {
  while (!stop) // FLAG
    std::this_thread::yield();
}

int main() {
  std::thread worker(loop);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  stop = true;
  worker.join();
}
