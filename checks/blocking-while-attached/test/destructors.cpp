// RUN: %both --checks='-*,ungil-blocking-while-attached' %s -- -I%py314t -std=c++20 | %filecheck %s
// Objects that wait for a thread when they die.
#include <Python.h>
#include <future>
#include <thread>

int work();
static void call_back(PyObject *callback) {
  PyGILState_STATE state = PyGILState_Ensure();
  Py_XDECREF(PyObject_CallNoArgs(callback));
  PyGILState_Release(state);
}

static PyObject *joins(PyObject *, PyObject *callback) {
  std::jthread worker(call_back, callback);
  work();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:16: warning: 'worker' waits for another thread when it is destroyed, while this one is attached; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach [ungil-blocking-while-attached]
// CHECK-NEXT: :[[@LINE+101]]:15: note: 'joins' is a method; the interpreter calls it attached
// CHECK-NEXT: :[[@LINE-6]]:16: note: destroy it while the thread is detached, or join what it waits for detached before

static PyObject *finishes(PyObject *, PyObject *callback) {
  auto done = std::async(std::launch::async, call_back, callback);
  work();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:8: warning: 'done' waits for another thread when it is destroyed, while this one is attached; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach [ungil-blocking-while-attached]
// CHECK-NEXT: :[[@LINE+93]]:18: note: 'finishes' is a method; the interpreter calls it attached
// CHECK-NEXT: :[[@LINE-6]]:8: note: destroy it while the thread is detached, or join what it waits for detached before

// A class of the project's own.
class Pool {
public:
  explicit Pool(PyObject *callback) : thread(call_back, callback) {}
  ~Pool() { stop(); }
  void stop() {
    if (thread.joinable())
      thread.join();
  }

private:
  std::thread thread;
};

static PyObject *pools(PyObject *, PyObject *callback) {
  Pool pool(callback);
  work();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:8: warning: 'pool' waits for another thread when it is destroyed, while this one is attached; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach [ungil-blocking-while-attached]
// CHECK-NEXT: :[[@LINE+71]]:15: note: 'pools' is a method; the interpreter calls it attached
// CHECK-NEXT: :[[@LINE-14]]:7: note: its destructor waits here
// CHECK-NEXT: :[[@LINE-7]]:8: note: destroy it while the thread is detached, or join what it waits for detached before

static Pool *shared;
static PyObject *deletes(PyObject *, PyObject *) {
  delete shared;
  shared = nullptr;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:3: warning: the object that dies here waits for another thread when it is destroyed, while this one is attached; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach [ungil-blocking-while-attached]
// CHECK-NEXT: :[[@LINE+61]]:17: note: 'deletes' is a method; the interpreter calls it attached
// CHECK-NEXT: :[[@LINE-25]]:7: note: its destructor waits here
// CHECK-NEXT: :[[@LINE-7]]:3: note: destroy it while the thread is detached, or join what it waits for detached before

// Silent: detached where they die.
static PyObject *detached(PyObject *, PyObject *callback) {
  Py_BEGIN_ALLOW_THREADS
  {
    std::jthread worker(call_back, callback);
    Pool pool(callback);
    auto done = std::async(call_back, callback);
    work();
  }
  delete shared;
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// Silent: no thread is started, or it never attaches.
static PyObject *harmless(PyObject *, PyObject *) {
  std::jthread none;
  std::jthread pure([] { work(); });
  Py_RETURN_NONE;
}

// Silent: threads that never attach.
class PurePool {
public:
  PurePool() : thread([] { work(); }) {}
  ~PurePool() { thread.join(); }

private:
  std::thread thread;
};
static PyObject *pure(PyObject *, PyObject *) {
  PurePool pool;
  Py_RETURN_NONE;
}

// Silent: the destructor detaches for the wait.
class Careful {
public:
  explicit Careful(PyObject *callback) : thread(call_back, callback) {}
  ~Careful() {
    Py_BEGIN_ALLOW_THREADS
    thread.join();
    Py_END_ALLOW_THREADS
  }

private:
  std::thread thread;
};
static PyObject *careful(PyObject *, PyObject *callback) {
  Careful pool(callback);
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"joins", joins, METH_O, nullptr},
    {"finishes", finishes, METH_O, nullptr},
    {"pools", pools, METH_O, nullptr},
    {"deletes", deletes, METH_NOARGS, nullptr},
    {"detached", detached, METH_O, nullptr},
    {"harmless", harmless, METH_NOARGS, nullptr},
    {"pure", pure, METH_NOARGS, nullptr},
    {"careful", careful, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr}};
// CHECK: end of report
