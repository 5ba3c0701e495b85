// RUN: %both --checks='-*,ungil-clone-without-attached-thread,ungil-detached-api-call' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
// Threads in containers, what they are started with, and pools of the project's own.
#include <nanobind/nanobind.h>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

namespace nb = nanobind;
int work();

class Pool {
public:
  explicit Pool(unsigned count) {
    for (unsigned i = 0; i < count; ++i)
      workers.emplace_back([this] { run(); });
  }
  void submit(std::function<void()> task) {
    std::lock_guard<std::mutex> guard(mutex);
    tasks.push(std::move(task));
  }
  template <class F> void enqueue(F &&task) {
    std::lock_guard<std::mutex> guard(mutex);
    tasks.emplace(std::forward<F>(task));
  }
  void when_idle(std::function<void()> callback) { idle = std::move(callback); }

private:
  void run() {
    for (;;) {
      std::function<void()> task;
      {
        std::lock_guard<std::mutex> guard(mutex);
        task = std::move(tasks.front());
        tasks.pop();
      }
      task();
    }
  }
  std::vector<std::thread> workers;
  std::queue<std::function<void()>> tasks;
  std::function<void()> idle;
  std::mutex mutex;
};
Pool &pool();

void submits(nb::object callback) {
  pool().submit([callback] { work(); });
}
// CHECK: :[[@LINE-2]]:18: error: 'callback' is destroyed and drops its Python reference, in 'lambda at line {{[0-9]+}}', which is entered detached (task of 'Pool'); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-3]]:17: note: 'lambda at line {{[0-9]+}}' is handed over here as task of 'Pool'; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-4]]:18: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

void enqueues(PyObject *callback) {
  pool().enqueue([callback] { PyObject_CallNoArgs(callback); });
}
// CHECK: :[[@LINE-2]]:31: error: 'PyObject_CallNoArgs' needs an attached thread state but is called in 'lambda at line {{[0-9]+}}', which is entered detached (task of 'Pool') [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-3]]:18: note: 'lambda at line {{[0-9]+}}' is handed over here as task of 'Pool'; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-4]]:31: note: attach first: PyGILState_Ensure() before it and PyGILState_Release() after it

// Silent: the task attaches, and takes its reference along.
void enqueues_well(nb::object callback) {
  pool().enqueue([raw = callback.release().ptr()] {
    nb::gil_scoped_acquire acquire;
    Py_DECREF(raw);
  });
}

// Silent: a callback that is no task of the pool.
void sets(PyObject *callback) {
  pool().when_idle([callback] { PyObject_CallNoArgs(callback); });
}

void several(nb::object callback) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([callback] { work(); });
  for (std::thread &thread : threads)
    thread.join();
}
// CHECK: :[[@LINE-4]]:27: error: 'callback' is destroyed and drops its Python reference, in 'lambda at line {{[0-9]+}}', which is entered detached (callback of std::thread::thread); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:26: note: 'lambda at line {{[0-9]+}}' is handed over here as callback of std::thread::thread; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-6]]:27: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

class Worker {
public:
  void start() { thread = std::thread(std::bind(&Worker::run, this)); }
  void run() { PyErr_Clear(); }

private:
  std::thread thread;
};
void starts(Worker &worker) { worker.start(); }
// CHECK: :[[@LINE-6]]:16: error: 'PyErr_Clear' needs an attached thread state but is called in 'Worker::run', which is entered detached (callback of std::thread::thread) [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-8]]:49: note: 'Worker::run' is handed over here as callback of std::thread::thread; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-8]]:16: note: keep the error in a local variable, and raise after re-attaching (or between Py_BLOCK_THREADS and Py_UNBLOCK_THREADS)

// Silent: the threads of this pool are attached while they run what they are given.
class AttachedPool {
public:
  void start() { worker = std::thread(&AttachedPool::run, this); }
  void submit(std::function<void()> task) { tasks.push(std::move(task)); }

private:
  void run() {
    PyGILState_STATE state = PyGILState_Ensure();
    std::function<void()> task = std::move(tasks.front());
    task();
    PyGILState_Release(state);
  }
  std::queue<std::function<void()>> tasks;
  std::thread worker;
};
AttachedPool &attached_pool();
void submits_attached(PyObject *callback) {
  attached_pool().start();
  attached_pool().submit([callback] { PyObject_CallNoArgs(callback); });
}
// CHECK: end of report
