// RUN: %both --checks='-*,ungil-non-atomic-flag' %s -- -I%py314t -std=c++17 | %filecheck %s
// The same by member functions and guards.
#include <Python.h>
#include <mutex>
#include <thread>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

struct Generator { PyObject_HEAD bool running, running_too, marked; };
struct Running {
  Generator *of;
  explicit Running(Generator *of) : of(of) { of->running = true; }
  ~Running() { of->running = false; }
};
static PyObject *send(PyObject *self, PyObject *value) {
  auto *g = reinterpret_cast<Generator *>(self);
  if (g->running)
    return nullptr;
  Running here(g);
  return PyObject_CallNoArgs(value);
}
METHOD(send)
struct Marked {
  explicit Marked(Generator *of) { of->marked = true; }
};
static PyObject *mark(PyObject *self, PyObject *value) {
  auto *g = reinterpret_cast<Generator *>(self);
  if (g->marked)
    return nullptr;
  Marked here(g);
  return PyObject_CallNoArgs(value);
}
METHOD(mark)

static bool spinning;
static PyObject *spin(PyObject *, PyObject *value) {
  while (spinning)
    std::this_thread::yield();
  spinning = true;
  PyObject *result = PyObject_CallNoArgs(value);
  spinning = false;
  return result;
}
METHOD(spin)

struct Lock {
  PyObject_HEAD std::mutex mutex;
  bool locked, early;
  void lock() {
    mutex.lock();
    locked = true;
    early = true;
  }
  void unlock() {
    early = false;
    mutex.unlock();
    locked = false;
  }
};
static PyObject *acquire(PyObject *self, PyObject *) {
  reinterpret_cast<Lock *>(self)->lock();
  Py_RETURN_NONE;
}
METHOD(acquire)
static PyObject *release(PyObject *self, PyObject *) {
  reinterpret_cast<Lock *>(self)->unlock();
  Py_RETURN_NONE;
}
METHOD(release)
// CHECK: :[[@LINE-53]]:7: warning: flag 'Generator.running' is tested and then set in 'send' to keep others out; two threads can both find it clear [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-49]]:1: note: 'send' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-60]]:46: note: set here
// CHECK-NEXT: :[[@LINE-56]]:7: note: exchange an atomic, or take a lock; make it thread-local when it is there to stop recursion
// CHECK: :[[@LINE-37]]:10: warning: flag 'spinning' is polled in 'spin' while 'spin' changes it; plain accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-31]]:1: note: 'spin' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-37]]:3: note: changed here in 'spin'
// CHECK-NEXT: :[[@LINE-33]]:1: note: 'spin' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-43]]:1: note: make it atomic; relaxed order is enough for a flag that guards no data, else store with release and load with acquire
// CHECK: :[[@LINE-22]]:5: warning: 'Lock.locked' says who has a lock, but 'Lock::unlock' stores it after giving the lock back; it can overwrite what the next holder stores [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-11]]:1: note: 'release' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-15]]:3: note: which calls 'Lock::unlock' here
// CHECK-NEXT: :[[@LINE-26]]:5: note: given back here
// CHECK-NEXT: :[[@LINE-26]]:5: note: store first, then give the lock back
// CHECK: end of report
