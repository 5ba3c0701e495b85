// RUN: %both --checks='-*,ungil-non-atomic-flag,ungil-unsynchronized-lazy-init,ungil-mutable-global-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// Flags that keep others out, and flags that a once function sets.
#include <Python.h>
#include <atomic>
#include <mutex>
#include <vector>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
void work();

// Against recursion, one would think.
static bool working;
static PyObject *guarded(PyObject *, PyObject *) {
  if (working)
    return nullptr;
  working = true;
  work();
  working = false;
  Py_RETURN_NONE;
}
METHOD(guarded)

// The same by an object, in a lambda that is stored for later.
struct SetFlag {
  bool &flag;
  explicit SetFlag(bool &flag) : flag(flag) { flag = true; }
  ~SetFlag() { flag = false; }
};
static std::vector<PyObject *(*)(PyObject *, PyTypeObject *)> &casters() {
  static std::vector<PyObject *(*)(PyObject *, PyTypeObject *)> all;
  return all;
}
static int add_caster(PyObject *) {
  auto caster = [](PyObject *op, PyTypeObject *) -> PyObject * {
    static bool in_use = false;
    if (in_use)
      return nullptr;
    SetFlag here(in_use);
    return Py_NewRef(op);
  };
  casters().push_back(std::move(caster));
  return 0;
}
PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)add_caster}, {0, nullptr}};

// One for each thread, and one under a lock.
static thread_local bool of_thread;
static PyObject *per_thread(PyObject *, PyObject *) {
  if (of_thread)
    return nullptr;
  of_thread = true;
  work();
  of_thread = false;
  Py_RETURN_NONE;
}
METHOD(per_thread)
static std::mutex mutex;
static bool locked_flag;
static PyObject *under_lock(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> held(mutex);
  if (locked_flag)
    return nullptr;
  locked_flag = true;
  work();
  locked_flag = false;
  Py_RETURN_NONE;
}
METHOD(under_lock)

// A template that the unit does not use: what it says does not depend on T.
template <class T> class Once {
public:
  template <class Make> T &get(Make make) {
    if (!ready) {
      std::call_once(once, [&] {
        new (storage) T(make());
        pointer = reinterpret_cast<T *>(storage);
        ready = true;
      });
    }
    return *pointer;
  }
  void reset(T *other) { pointer = other; }

private:
  alignas(T) char storage[sizeof(T)];
  std::once_flag once;
  bool ready = false;
  T *pointer = nullptr;
};

template <class T> class AtomicOnce {
public:
  template <class Make> T &get(Make make) {
    if (!ready)
      std::call_once(once, [&] {
        value = new T(make());
        ready = true;
      });
    return *value;
  }

private:
  std::once_flag once;
  std::atomic<bool> ready{false};
  std::atomic<T *> value{nullptr};
};
// CHECK: :[[@LINE-94]]:7: warning: flag 'working' is tested and then set in 'guarded' to keep others out; two threads can both find it clear [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-88]]:1: note: 'guarded' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-94]]:3: note: set here
// CHECK-NEXT: :[[@LINE-97]]:7: note: exchange an atomic, or take a lock; make it thread-local when it is there to stop recursion
// CHECK: :[[@LINE-76]]:9: warning: flag 'in_use' is tested and then set in 'lambda at line {{[0-9]+}}' to keep others out; two threads can both find it clear [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-72]]:23: note: 'lambda at line {{[0-9]+}}' can be called from elsewhere, by any thread
// CHECK-NEXT: :[[@LINE-76]]:13: note: which calls 'SetFlag::SetFlag' here
// CHECK-NEXT: :[[@LINE-89]]:47: note: set here
// CHECK-NEXT: :[[@LINE-80]]:9: note: exchange an atomic, or take a lock; make it thread-local when it is there to stop recursion
// CHECK: :[[@LINE-43]]:10: warning: 'Once.ready' is set in a once function, but tested in 'Once::get' outside it; plain accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-40]]:9: note: set here, by the thread that comes first
// CHECK-NEXT: :[[@LINE-31]]:3: note: make it atomic; store with release when what it stands for is complete, and load with acquire
// CHECK: :[[@LINE-37]]:26: warning: 'Once.pointer' is set in a once function, but stored in 'Once::reset' outside it; plain accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-44]]:9: note: set here, by the thread that comes first
// CHECK-NEXT: :[[@LINE-33]]:3: note: make it atomic; store with release when what it stands for is complete, and load with acquire
// CHECK: end of report
