// Benchmarks of the runtime, as a Python module: `run(arguments)` hands them to Google Benchmark. A module,
// so that the same code runs under every interpreter. The main thread is detached meanwhile and each
// benchmark attaches for itself, if it needs to.
#include "ungil/ungil.h"

#include <benchmark/benchmark.h>
#include <mutex>
#include <string>

using namespace ungil;

namespace {

// The yardsticks: what one read-modify-write costs here, alone and contended.

std::atomic<long> contended{0};
void rmw_uncontended(benchmark::State &state) {
  alignas(128) std::atomic<long> own{0};
  for (auto _ : state)
    benchmark::DoNotOptimize(own.fetch_add(1, std::memory_order_relaxed));
}
void rmw_contended(benchmark::State &state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(contended.fetch_add(1, std::memory_order_relaxed));
}
std::mutex shared_mutex;
void mutex_pair(benchmark::State &state) {
  for (auto _ : state) {
    shared_mutex.lock();
    shared_mutex.unlock();
  }
}

// Stores of raw blocks against malloc.

constexpr std::size_t block_size = 64;
template <class> struct tag;

struct no_store {
  static void *pop() { return nullptr; }
  static bool push(void *) { return false; }
};
template <class Store> void blocks(benchmark::State &state) {
  for (auto _ : state) {
    void *block = Store::pop();
    if (block == nullptr)
      block = std::malloc(block_size);
    benchmark::DoNotOptimize(block);
    if (!Store::push(block))
      std::free(block);
  }
}

// What needs a thread state is repeated in batches: between them the thread is detached, for the threads of a
// benchmark wait for each other before the first and after the last, and one that waits attached holds up
// whoever stops the world.

template <class Operation> void repeat(benchmark::State &state, Attached &attached, Operation operation) {
  constexpr int batch = 1000;
  auto more = [&] {
    Detached detached(attached);
    return state.KeepRunningBatch(batch);
  };
  while (more())
    for (int i = 0; i < batch; ++i)
      operation();
}

// Python objects, 64 bytes with the collector's header, created and destroyed.

template <class> struct ObjectState {
  Py<> reference;
  long payload[1];
};
template <class Tag, class List> PyTypeObject *&object_type() {
  static PyTypeObject *type = nullptr;
  return type;
}
template <class Tag, class List> using Object = gc_class<ObjectState<Tag>, no_base, List>;
template <class Tag, class List> void objects(benchmark::State &state) {
  AttachScope attached;
  PyTypeObject *type = object_type<Tag, List>();
  repeat(state, attached, [&] {
    PyObject *object = gc_slots<Object<Tag, List>>::create(attached, type);
    benchmark::DoNotOptimize(object);
    Py_DECREF(object);
  });
}

// Dropping references while detached: the pool's stack against a mutex and a vector. Eight are dropped, then
// applied.

struct Entry {
  Entry *next;
  void *object;
};
void pool_take_all_stack(benchmark::State &state) {
  static basic_take_all_stack<Entry> stack;
  for (auto _ : state) {
    for (int i = 0; i < 8; ++i)
      stack.push(new Entry{nullptr, nullptr});
    for (Entry *entry = stack.take_all(); entry != nullptr;)
      delete std::exchange(entry, entry->next);
  }
}
void pool_mutex_and_vector(benchmark::State &state) {
  static std::mutex mutex;
  static std::vector<void *> pending;
  for (auto _ : state) {
    for (int i = 0; i < 8; ++i) {
      std::lock_guard<std::mutex> lock(mutex);
      pending.push_back(nullptr);
    }
    std::vector<void *> taken;
    {
      std::lock_guard<std::mutex> lock(mutex);
      taken.swap(pending);
    }
    benchmark::DoNotOptimize(taken.data());
  }
}
void pool_empty_flush(benchmark::State &state) {
  AttachScope attached;
  repeat(state, attached, [] { ReferencePool::flush(); });
}

// The borrow flag under its own orders and under others.

template <std::memory_order Order> struct forced_order {
  template <class T> class atomic {
  public:
    constexpr atomic(T value) : value_(value) {}
    T load(std::memory_order) const { return value_.load(std::memory_order_relaxed); }
    void store(T value, std::memory_order) {
      value_.store(value, Order == std::memory_order_acq_rel ? std::memory_order_release : Order);
    }
    T fetch_sub(T n, std::memory_order) { return value_.fetch_sub(n, Order); }
    bool compare_exchange_weak(T &expected, T desired, std::memory_order, std::memory_order) {
      return value_.compare_exchange_weak(expected, desired, Order, std::memory_order_relaxed);
    }
    bool compare_exchange_strong(T &expected, T desired, std::memory_order, std::memory_order) {
      return value_.compare_exchange_strong(expected, desired, Order, std::memory_order_relaxed);
    }

  private:
    std::atomic<T> value_;
  };
};
template <class Atomics> void borrow_shared(benchmark::State &state) {
  static basic_borrow_flag<Atomics> flag;
  for (auto _ : state)
    if (flag.try_shared())
      flag.release_shared();
}
template <class Atomics> void borrow_exclusive(benchmark::State &state) {
  static basic_borrow_flag<Atomics> flag;
  for (auto _ : state)
    if (flag.try_exclusive())
      flag.release_exclusive();
}

// Handles.

void clone_and_drop_own(benchmark::State &state) {
  AttachScope attached;
  Py<> own = Py<>::steal(PyList_New(0));
  repeat(state, attached, [&] {
    Py<> copy = own.clone(attached);
    benchmark::DoNotOptimize(copy.get());
  });
}
PyObject *shared_object;
void clone_and_drop_shared(benchmark::State &state) {
  AttachScope attached;
  Py<> shared = Py<>::borrow(attached, shared_object);
  repeat(state, attached, [&] {
    Py<> copy = shared.clone(attached);
    benchmark::DoNotOptimize(copy.get());
  });
}
void critical_section_pair(benchmark::State &state) {
  AttachScope attached;
  Py<> own = Py<>::steal(PyList_New(0));
  repeat(state, attached, [&] { CriticalSection section(attached, own.get()); });
}

struct Benchmark {
  const char *name;
  void (*function)(benchmark::State &);
  bool attaches; // a thread that waits for the others to start would hold the GIL
};

template <class Store> struct named {};
template <class Name, class Store> using shared = shared_store<named<Name>, Store>;
struct raw;
struct object;
constexpr std::size_t capacity = 64;
template <class Name> using mutex_list = shared<Name, mutex_store<capacity>>;
template <class Name> using slots_list = shared<Name, slots_store<capacity>>;
template <class Name> using treiber_list = shared<Name, treiber_store<capacity>>;
template <class Name> using thread_list = per_thread_store<Name, capacity>;
template <template <class> class List> using kept = ObjectFreeList<List<object>>;

const Benchmark benchmarks[] = {
    {"rmw/uncontended", rmw_uncontended, false},
    {"rmw/contended", rmw_contended, false},
    {"mutex/pair", mutex_pair, false},
    {"blocks/malloc", blocks<no_store>, false},
    {"blocks/mutex", blocks<mutex_list<raw>>, false},
    {"blocks/slots", blocks<slots_list<raw>>, false},
    {"blocks/treiber", blocks<treiber_list<raw>>, false},
    {"blocks/per_thread", blocks<thread_list<raw>>, false},
    {"objects/none", objects<tag<int[1]>, no_free_list>, true},
    {"objects/mutex", objects<tag<int[2]>, kept<mutex_list>>, true},
    {"objects/slots", objects<tag<int[3]>, kept<slots_list>>, true},
    {"objects/treiber", objects<tag<int[4]>, kept<treiber_list>>, true},
    {"objects/per_thread", objects<tag<int[5]>, kept<thread_list>>, true},
    {"objects/default", objects<tag<int[6]>, FreeList<ObjectState<tag<int[6]>>>>, true},
    {"pool/take_all_stack", pool_take_all_stack, false},
    {"pool/mutex_and_vector", pool_mutex_and_vector, false},
    {"pool/empty_flush", pool_empty_flush, true},
    {"borrow/shared", borrow_shared<std_atomics>, false},
    {"borrow/shared_relaxed", borrow_shared<forced_order<std::memory_order_relaxed>>, false},
    {"borrow/shared_seq_cst", borrow_shared<forced_order<std::memory_order_seq_cst>>, false},
    {"borrow/exclusive", borrow_exclusive<std_atomics>, false},
    {"borrow/exclusive_relaxed", borrow_exclusive<forced_order<std::memory_order_relaxed>>, false},
    {"borrow/exclusive_seq_cst", borrow_exclusive<forced_order<std::memory_order_seq_cst>>, false},
    {"handle/own_object", clone_and_drop_own, true},
    {"handle/shared_object", clone_and_drop_shared, true},
    {"section/pair", critical_section_pair, true},
};

PyObject *run(PyObject *, PyObject *arguments) {
  EntryScope attached;
  std::vector<std::string> words{"bench_runtime"};
  if (!for_each_ref(attached, arguments, [&](Py<> item) {
        const char *word = PyUnicode_AsUTF8(item.get());
        if (word)
          words.push_back(word);
        return word != nullptr;
      }))
    return nullptr;
  std::vector<char *> argv;
  for (auto &word : words)
    argv.push_back(word.data());
  int argc = int(argv.size());
  {
    Detached detached(attached);
    benchmark::Initialize(&argc, argv.data());
    for (const Benchmark &each : benchmarks) {
      auto *registered = benchmark::RegisterBenchmark(each.name, each.function);
      for (int threads : {1, 2, 4})
        if (threads == 1 || UNGIL_FREE_THREADED || !each.attaches)
          registered->Threads(threads);
    }
    benchmark::RunSpecifiedBenchmarks();
  }
  return Py<>::borrow(attached, Py_None).release();
}

template <class Tag, class List> bool make(const Attached &attached, PyObject *module) {
  auto type = gc_slots<Object<Tag, List>>::make_type(attached, module, "bench_runtime.Object");
  object_type<Tag, List>() = type.release();
  return object_type<Tag, List>() != nullptr;
}

int exec(PyObject *module) {
  EntryScope attached;
  shared_object = PyList_New(0);
  const bool made = shared_object && make<tag<int[1]>, no_free_list>(attached, module) &&
                    make<tag<int[2]>, kept<mutex_list>>(attached, module) &&
                    make<tag<int[3]>, kept<slots_list>>(attached, module) &&
                    make<tag<int[4]>, kept<treiber_list>>(attached, module) &&
                    make<tag<int[5]>, kept<thread_list>>(attached, module) &&
                    make<tag<int[6]>, FreeList<ObjectState<tag<int[6]>>>>(attached, module);
  return made ? 0 : -1;
}

PyMethodDef functions[] = {{"run", run, METH_O, nullptr}, {}};
PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void *>(exec)},
#ifdef Py_mod_gil
                            {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
                            {0, nullptr}};
PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "bench_runtime", nullptr, 0, functions, slots, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_bench_runtime() { return PyModuleDef_Init(&definition); }
