// A small stateless model checker for the runtime's lock-free templates.
//
// A test runs again and again, each time with another schedule and other values returned by loads, until all
// choices within the bounds are used up or a run fails. Threads are fibers. What is modelled:
//   - per location: all stores in modification order. A load may return any store that coherence allows, not
//   only the last
//   - release/acquire: each store carries a view (which stores of which locations are known, and a vector
//   clock); an acquire
//     load joins it. A read-modify-write continues the release sequence of the store that it replaces.
//     Fences.
//   - data races on `plain` fields, by vector clocks
// What is not: stores are appended to the modification order in the order of execution and no load reads from
// the future, so 2+2W and load buffering are missed; compare_exchange_weak does not fail spuriously; seq_cst
// is a total order of joins, slightly stronger than the standard. So a failure is real, and a pass is
// exhaustive within these bounds.
//
// Every atomic operation knows its source line. `weakened` names one line and one order; operations there run
// with it instead, which is how the tests show that each order in the production code is needed.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <ucontext.h>
#include <vector>

namespace model {

constexpr int max_threads = 5; // 0 is the test's constructor and its final check
constexpr int max_locations = 16;

struct Clock {
  std::array<std::uint32_t, max_threads> at{};
  void join(const Clock &other) {
    for (int i = 0; i < max_threads; ++i)
      at[i] = std::max(at[i], other.at[i]);
  }
  bool covers(int thread, std::uint32_t time) const { return at[thread] >= time; }
};

/// What a thread, or a message, knows.
struct View {
  Clock clock;
  std::array<std::uint32_t, max_locations> seen{}; // per location: the oldest store that may still be read
  std::uint32_t &of(int location) { return seen[location]; }
  void join(const View &other) {
    clock.join(other.clock);
    for (int i = 0; i < max_locations; ++i)
      seen[i] = std::max(seen[i], other.seen[i]);
  }
};

struct Site {
  int line;
  std::string operation;
  std::memory_order order;
  bool operator<(const Site &other) const {
    return std::tie(line, operation, order) < std::tie(other.line, other.operation, other.order);
  }
};

inline const char *name(std::memory_order order) {
  switch (order) {
  case std::memory_order_relaxed:
    return "relaxed";
  case std::memory_order_consume:
    return "consume";
  case std::memory_order_acquire:
    return "acquire";
  case std::memory_order_release:
    return "release";
  case std::memory_order_acq_rel:
    return "acq_rel";
  default:
    return "seq_cst";
  }
}
inline bool acquires(std::memory_order order) {
  return order != std::memory_order_relaxed && order != std::memory_order_release;
}
inline bool releases(std::memory_order order) {
  return order != std::memory_order_relaxed && order != std::memory_order_acquire;
}

class Explorer {
public:
  struct Options {
    int preemptions = 3;
    int stale_reads = 2; // in a row, of one location by one thread; then it sees the last store
    int steps = 400;     // longer runs are cut off: they wait for a thread that the schedule starves
    long runs = 3'000'000;
    const Site *weakened = nullptr;
    std::memory_order weaker = std::memory_order_relaxed;
  };

  struct Result {
    bool failed = false, exhausted = false;
    long runs = 0, cut = 0;
    std::string failure, trace;
    std::set<Site> sites; // every ordered operation that ran
  };

  static Explorer &current() { return *current_; }

  /// `Test` has a constructor, `thread(int)` for 1..Test::threads, and `finish()` that runs after all
  /// threads.
  template <class Test> static Result explore(Options options) {
    Explorer explorer(options);
    current_ = &explorer;
    Result &result = explorer.result_;
    do {
      explorer.run<Test>();
      ++result.runs;
      if (explorer.failed_) {
        explorer.tracing_ = true; // once more, the same choices, with a trace
        explorer.run<Test>();
        result.failed = true;
        result.failure = explorer.failure_;
        result.trace = explorer.trace_.str();
        break;
      }
      result.cut += explorer.cut_;
    } while (explorer.next_choices() && result.runs < options.runs);
    result.exhausted = explorer.choices_.empty();
    current_ = nullptr;
    return result;
  }

  void fail(const std::string &message) {
    if (!failed_)
      failure_ = message;
    failed_ = true;
    if (tracing_)
      trace_ << "  T" << thread_ << " *** " << message << "\n";
  }

  // Called by model::atomic and model::plain.

  int new_location(std::uint64_t initial) {
    if (location_count_ == max_locations)
      throw std::length_error("model: raise max_locations");
    locations_[location_count_].stores.assign(1, {initial, me().view});
    return location_count_++;
  }

  std::uint64_t load(int location, std::memory_order order, int line, const char *operation = "load") {
    step();
    order = effective(order, line, operation);
    const std::uint32_t index = pick_store(location, [](std::uint64_t) { return true; });
    return read(location, index, order, line, operation);
  }

  void store(int location, std::uint64_t value, std::memory_order order, int line) {
    step();
    order = effective(order, line, "store");
    write(location, value, order, nullptr, line, "store");
  }

  template <class F>
  std::uint64_t update(int location, F new_value, std::memory_order order, int line, const char *op) {
    step();
    order = effective(order, line, op);
    const std::uint32_t last = std::uint32_t(locations_[location].stores.size()) - 1;
    const std::uint64_t old = read(location, last, order, line, op);
    const View previous = locations_[location].stores[last].view;
    write(location, new_value(old), order, &previous, line, op);
    return old;
  }

  bool compare_exchange(int location, std::uint64_t &expected, std::uint64_t desired,
                        std::memory_order success, std::memory_order failure, int line) {
    step();
    success = effective(success, line, "exchange if");
    failure = effective(failure, line, "exchange if, failing,");
    const std::uint32_t last = std::uint32_t(locations_[location].stores.size()) - 1;
    const std::uint64_t wanted = expected;
    // Success needs the last store; a failure may read an older one that differs.
    const std::uint32_t index = pick_store(location, [&](std::uint64_t value) { return value != wanted; });
    if (index == last && locations_[location].stores[last].value == wanted) {
      read(location, last, success, line, "exchange if");
      const View previous = locations_[location].stores[last].view;
      write(location, desired, success, &previous, line, "exchange if");
      return true;
    }
    expected = read(location, index, failure, line, "exchange if, failing,");
    return false;
  }

  void fence(std::memory_order order, int line) {
    step();
    order = effective(order, line, "fence");
    if (acquires(order))
      me().view.join(me().unfenced);
    if (order == std::memory_order_seq_cst) {
      me().view.join(seq_cst_);
      seq_cst_.join(me().view);
    }
    if (releases(order))
      me().released = me().view;
    note(line) << "fence " << name(order) << "\n";
  }

  struct PlainState {
    int writer = 0;
    std::uint32_t written = 0;
    std::array<std::uint32_t, max_threads> reads{};
  };
  void read_plain(PlainState &state) {
    if (!me().view.clock.covers(state.writer, state.written))
      fail("data race: a read that no order puts after the write by T" + std::to_string(state.writer));
    state.reads[thread_] = now();
  }
  void write_plain(PlainState &state) {
    if (!me().view.clock.covers(state.writer, state.written))
      fail("data race: two writes, the other by T" + std::to_string(state.writer));
    for (int other = 0; other < max_threads; ++other)
      if (!me().view.clock.covers(other, state.reads[other]))
        fail("data race: a write that no order puts after the read by T" + std::to_string(other));
    state.writer = thread_;
    state.written = now();
  }

private:
  struct Store {
    std::uint64_t value;
    View view;
  };
  struct Location {
    std::vector<Store> stores;
  };
  struct Thread {
    View view;     // what it knows
    View unfenced; // what its relaxed loads read: known after an acquire fence
    View released; // what it knew at its last release fence
    std::array<int, max_locations> stale{};
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    bool done = true;
  };
  struct Choice {
    int taken, of;
  };

  explicit Explorer(Options options) : options_(options) {}

  template <class Test> void run() {
    position_ = 0;
    steps_ = preemptions_ = 0;
    failed_ = cut_ = false;
    location_count_ = 0;
    seq_cst_ = View();
    trace_.str("");
    for (Thread &thread : threads_) {
      thread.view = thread.unfenced = thread.released = View();
      thread.stale.fill(0);
      thread.done = true;
    }
    thread_ = 0;
    parallel_ = false;
    threads_[0].view.clock.at[0] = 1;
    Test test;
    for (int i = 1; i <= Test::threads; ++i) {
      body_ = [&test](int thread) { test.thread(thread); };
      start(i);
    }
    parallel_ = true;
    switch_to(choose_thread(false));
    parallel_ = false;
    thread_ = 0;
    if (!cut_) {
      for (int i = 1; i <= Test::threads; ++i)
        threads_[0].view.join(threads_[i].view);
      test.finish();
    }
  }

  void start(int i) {
    Thread &thread = threads_[i];
    thread.view = threads_[0].view;
    thread.view.clock.at[i] = 1;
    thread.done = false;
    if (!thread.stack)
      thread.stack.reset(new char[stack_size]);
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.get();
    thread.context.uc_stack.ss_size = stack_size;
    thread.context.uc_link = nullptr;
    makecontext(&thread.context, &Explorer::fiber, 0);
  }

  static void fiber() {
    Explorer &explorer = current();
    explorer.body_(explorer.thread_);
    explorer.threads_[explorer.thread_].done = true;
    explorer.switch_to(explorer.choose_thread(false));
  }

  void switch_to(int next) {
    if (next == thread_)
      return;
    ucontext_t &from = threads_[thread_].context;
    thread_ = next;
    swapcontext(&from, &threads_[next].context);
  }

  /// The next thread to run: this one first if it can go on, because leaving it costs a preemption. 0 when
  /// all are done.
  int choose_thread(bool can_continue) {
    std::array<int, max_threads> runnable;
    int count = 0;
    if (can_continue)
      runnable[count++] = thread_;
    if (!can_continue || preemptions_ < options_.preemptions)
      for (int i = 1; i < max_threads; ++i)
        if (!threads_[i].done && !(can_continue && i == thread_))
          runnable[count++] = i;
    if (count == 0)
      return 0;
    const int next = runnable[choose(count)];
    preemptions_ += can_continue && next != thread_;
    return next;
  }

  void step() {
    if (!parallel_)
      return;
    if (++steps_ > options_.steps) {
      cut_ = true; // abandon the fibers: nothing in a test owns memory
      switch_to(0);
    }
    switch_to(choose_thread(true));
  }

  int choose(int of) {
    if (of == 1)
      return 0;
    if (position_ == choices_.size())
      choices_.push_back({0, of});
    return choices_[position_++].taken;
  }

  bool next_choices() {
    while (!choices_.empty() && ++choices_.back().taken == choices_.back().of)
      choices_.pop_back();
    return !choices_.empty();
  }

  Thread &me() { return threads_[thread_]; }
  std::uint32_t now() { return ++me().view.clock.at[thread_]; }

  std::memory_order effective(std::memory_order order, int line, const char *operation) {
    if (order == std::memory_order_relaxed || !parallel_)
      return order;
    const Site site{line, operation, order};
    result_.sites.insert(site);
    const Site *weakened = options_.weakened;
    return weakened && !(*weakened < site) && !(site < *weakened) ? options_.weaker : order;
  }

  template <class F> std::uint32_t pick_store(int location, F readable_if_old) {
    auto &stores = locations_[location].stores;
    const std::uint32_t last = std::uint32_t(stores.size()) - 1;
    int &stale = me().stale[location];
    std::vector<std::uint32_t> candidates{last};
    if (parallel_ && stale < options_.stale_reads)
      for (std::uint32_t index = last; index-- > me().view.of(location);)
        if (readable_if_old(stores[index].value))
          candidates.push_back(index);
    const std::uint32_t index = candidates[choose(int(candidates.size()))];
    stale = index == last ? 0 : stale + 1;
    return index;
  }

  std::uint64_t read(int location, std::uint32_t index, std::memory_order order, int line,
                     const char *operation) {
    Store &store = locations_[location].stores[index];
    me().view.of(location) = std::max(me().view.of(location), index);
    me().unfenced.join(store.view);
    if (acquires(order))
      me().view.join(store.view);
    if (order == std::memory_order_seq_cst)
      me().view.join(seq_cst_);
    note(line) << operation << " " << name(order) << " of #" << location << " reads " << show(store.value)
               << (index + 1 == locations_[location].stores.size() ? "" : " (stale)") << "\n";
    return store.value;
  }

  void write(int location, std::uint64_t value, std::memory_order order, const View *replaced, int line,
             const char *op) {
    now();
    if (order == std::memory_order_seq_cst)
      me().view.join(seq_cst_);
    const std::uint32_t index = std::uint32_t(locations_[location].stores.size());
    me().view.of(location) = index;
    View message = releases(order) ? me().view : me().released;
    message.of(location) = index;
    if (replaced)
      message.join(*replaced); // a read-modify-write continues the release sequence
    if (order == std::memory_order_seq_cst)
      seq_cst_.join(me().view);
    locations_[location].stores.push_back({value, message});
    note(line) << op << " " << name(order) << " of #" << location << " writes " << show(value) << "\n";
  }

  std::ostream &note(int line) {
    static std::ostream nowhere(nullptr);
    if (!tracing_)
      return nowhere;
    return trace_ << "  T" << thread_ << " line " << line << ": ";
  }
  static std::string show(std::uint64_t value) {
    std::ostringstream text;
    if (value > 0xFFFF)
      text << std::hex << "0x";
    text << value;
    return text.str();
  }

  static constexpr std::size_t stack_size = 64 * 1024;
  static inline Explorer *current_ = nullptr;

  Options options_;
  Result result_;
  std::vector<Choice> choices_;
  std::size_t position_ = 0;
  int steps_ = 0, preemptions_ = 0;
  bool failed_ = false, cut_ = false, tracing_ = false, parallel_ = false;
  std::string failure_;
  std::ostringstream trace_;
  std::array<Location, max_locations> locations_;
  int location_count_ = 0;
  View seq_cst_;
  std::array<Thread, max_threads> threads_;
  int thread_ = 0;
  std::function<void(int)> body_;
};

inline void check(bool condition, const char *message) {
  if (!condition)
    Explorer::current().fail(message);
}

/// std::atomic's interface. The line of the caller comes in through a defaulted argument.
template <class T> class atomic {
public:
  atomic(T initial = T()) : location_(Explorer::current().new_location(bits(initial))) {}
  atomic(const atomic &) = delete;
  T load(std::memory_order order = std::memory_order_seq_cst, int line = __builtin_LINE()) const {
    return value(Explorer::current().load(location_, order, line));
  }
  void store(T desired, std::memory_order order = std::memory_order_seq_cst, int line = __builtin_LINE()) {
    Explorer::current().store(location_, bits(desired), order, line);
  }
  T exchange(T desired, std::memory_order order = std::memory_order_seq_cst, int line = __builtin_LINE()) {
    return value(Explorer::current().update(
        location_, [&](std::uint64_t) { return bits(desired); }, order, line, "exchange"));
  }
  T fetch_add(T n, std::memory_order order = std::memory_order_seq_cst, int line = __builtin_LINE()) {
    return value(Explorer::current().update(
        location_, [&](std::uint64_t old) { return bits(T(value(old) + n)); }, order, line, "fetch_add"));
  }
  T fetch_sub(T n, std::memory_order order = std::memory_order_seq_cst, int line = __builtin_LINE()) {
    return value(Explorer::current().update(
        location_, [&](std::uint64_t old) { return bits(T(value(old) - n)); }, order, line, "fetch_sub"));
  }
  bool compare_exchange_strong(T &expected, T desired, std::memory_order success, std::memory_order failure,
                               int line = __builtin_LINE()) {
    std::uint64_t wanted = bits(expected);
    const bool done =
        Explorer::current().compare_exchange(location_, wanted, bits(desired), success, failure, line);
    expected = value(wanted);
    return done;
  }
  bool compare_exchange_weak(T &expected, T desired, std::memory_order success, std::memory_order failure,
                             int line = __builtin_LINE()) {
    return compare_exchange_strong(expected, desired, success, failure, line);
  }

private:
  static std::uint64_t bits(T x) {
    if constexpr (std::is_pointer_v<T>)
      return reinterpret_cast<std::uintptr_t>(x);
    else
      return std::uint64_t(x);
  }
  static T value(std::uint64_t x) {
    if constexpr (std::is_pointer_v<T>)
      return reinterpret_cast<T>(std::uintptr_t(x));
    else
      return T(x);
  }
  int location_;
};

/// A non-atomic variable that reports races.
template <class T> class plain {
public:
  plain(T initial = T()) : value_(initial) { Explorer::current().write_plain(state_); }
  plain(const plain &) = delete;
  plain &operator=(T desired) {
    Explorer::current().write_plain(state_);
    value_ = desired;
    return *this;
  }
  plain &operator=(const plain &other) { return *this = T(other); }
  operator T() const {
    Explorer::current().read_plain(state_);
    return value_;
  }

private:
  T value_;
  mutable Explorer::PlainState state_;
};

inline void fence(std::memory_order order, int line = __builtin_LINE()) {
  Explorer::current().fence(order, line);
}

/// The policy under which the production templates run here.
struct atomics {
  template <class T> using atomic = model::atomic<T>;
  template <class T> using plain = model::plain<T>;
};

} // namespace model
