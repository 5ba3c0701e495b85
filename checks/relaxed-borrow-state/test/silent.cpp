// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -std=c++17 | %filecheck %s
#include <atomic>

// As it should be: taking acquires, giving back releases; first load and failure may be relaxed.
struct BorrowFlag {
  std::atomic<int> flag{0};
  bool try_borrow() {
    int seen = flag.load(std::memory_order_relaxed);
    while (seen >= 0)
      if (flag.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel, std::memory_order_relaxed))
        return true;
    return false;
  }
  void release() { flag.fetch_sub(1, std::memory_order_release); }
};

struct Defaulted {
  std::atomic<bool> taken{false};
  bool try_lock() { return !taken.exchange(true); }
  void unlock() { taken = false; }
};

struct Counted {
  std::atomic<int> count{1};
  void retain() { count.fetch_add(1, std::memory_order_relaxed); }
  void drop() {
    if (count.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }
};

// Release, and a fence on the branch that destroys.
struct Fenced {
  std::atomic<int> count{1};
  void drop() {
    if (count.fetch_sub(1, std::memory_order_release) == 1) {
      std::atomic_thread_fence(std::memory_order_acquire);
      delete this;
    }
  }
};

// No role: statistics, identifiers, a gauge, a flag that is set once.
static std::atomic<long> hits{0}, next_id{0}, active{0};
static std::atomic<bool> warned{false};
long statistics() {
  active.fetch_add(1, std::memory_order_relaxed);
  hits.fetch_add(1, std::memory_order_relaxed);
  if (!warned.exchange(true, std::memory_order_relaxed))
    hits.store(0, std::memory_order_relaxed);
  active.fetch_sub(1, std::memory_order_relaxed);
  return next_id.fetch_add(1, std::memory_order_relaxed);
}

// An order that is no constant is not judged.
struct Given {
  std::atomic<bool> taken{false};
  bool try_lock(std::memory_order order) { return !taken.exchange(true, order); }
  void unlock(std::memory_order order) { taken.store(false, order); }
};

// Published once with release, taken back by the owner; taking needs acquire alone.
struct Once {
  std::atomic<int *> value{nullptr};
  int *publish(int *mine) {
    int *winner = nullptr;
    return value.compare_exchange_strong(winner, mine, std::memory_order_release, std::memory_order_acquire) ? mine : winner;
  }
  int *take() { return value.exchange(nullptr, std::memory_order_acquire); }
};

// A stack: what was loaded with acquire is what the exchange succeeds on.
struct Node {
  Node *next;
};
struct Stack {
  std::atomic<Node *> top{nullptr};
  Node *pop() {
    Node *old = top.load(std::memory_order_acquire);
    while (old && !top.compare_exchange_weak(old, old->next, std::memory_order_relaxed, std::memory_order_acquire))
      ;
    return old;
  }
  void push(Node *node) {
    node->next = top.load(std::memory_order_relaxed);
    while (!top.compare_exchange_weak(node->next, node, std::memory_order_release, std::memory_order_relaxed))
      ;
  }
};

void use() {
  Once once;
  int here = 0;
  once.publish(&here);
  once.take();
  Stack stack;
  Node node{nullptr};
  stack.push(&node);
  stack.pop();
  BorrowFlag b;
  if (b.try_borrow())
    b.release();
  Defaulted l;
  if (l.try_lock())
    l.unlock();
  (new Counted)->drop();
  (new Fenced)->drop();
  Given g;
  g.try_lock(std::memory_order_acquire);
}
// CHECK: end of report
