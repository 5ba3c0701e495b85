// RUN: %both --checks='-*,ungil-non-atomic-flag' %s -- -std=c++17 | %filecheck %s
// Who starts a thread knows when it runs.
#include <thread>

static volatile bool stop, joined, before;

static void loop() {
  while (!stop)
    std::this_thread::yield();
}
void run() {
  std::thread worker(loop);
  stop = true;
  worker.join();
}

static void until_joined() {
  while (!joined)
    std::this_thread::yield();
}
void run_and_wait() {
  std::thread worker(until_joined);
  worker.join();
  joined = true;
}

static void while_set() {
  while (before)
    std::this_thread::yield();
}
void set_and_run() {
  before = true;
  std::thread(while_set).detach();
}
// CHECK: :[[@LINE-27]]:11: warning: flag 'stop' is polled in 'loop' while 'run' changes it; plain volatile accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-24]]:22: note: 'loop' is callback of std::thread::thread; several threads can run it at once
// CHECK-NEXT: :[[@LINE-24]]:3: note: changed here in 'run'
// CHECK-NEXT: :[[@LINE-27]]:6: note: 'run' can be called from elsewhere, by any thread
// CHECK-NEXT: :[[@LINE-34]]:1: note: make it atomic; relaxed order is enough for a flag that guards no data, else store with release and load with acquire
// CHECK: end of report
