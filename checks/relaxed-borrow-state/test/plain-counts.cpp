// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// The same by member functions.
#include <Python.h>
#include <atomic>
#include <mutex>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

class Counted {
public:
  void ref() { ++count; }
  void unref() {
    if (--count == 0)
      delete this;
  }

private:
  int count = 1;
};
struct Holder { PyObject_HEAD Counted *counted; };
static PyObject *share(PyObject *self, PyObject *other) {
  reinterpret_cast<Holder *>(self)->counted->ref();
  return Py_NewRef(other);
}
METHOD(share)
static PyObject *leave(PyObject *self, PyObject *other) {
  reinterpret_cast<Holder *>(self)->counted->unref();
  return Py_NewRef(other);
}
METHOD(leave)

class Atomic {
public:
  void ref() { ++count; }
  void unref() {
    if (--count == 0)
      delete this;
  }

private:
  std::atomic<int> count{1};
};
class Guarded {
public:
  void ref() {
    std::lock_guard<std::mutex> held(mutex);
    ++count;
  }
  bool unref() {
    std::lock_guard<std::mutex> held(mutex);
    if (--count == 0) {
      delete this;
      return true;
    }
    return false;
  }

private:
  static std::mutex mutex;
  int count = 1;
};
struct Good { PyObject_HEAD Atomic *atomic; Guarded *guarded; };
static PyObject *good(PyObject *self, PyObject *other) {
  reinterpret_cast<Good *>(self)->atomic->ref();
  reinterpret_cast<Good *>(self)->guarded->ref();
  reinterpret_cast<Good *>(self)->atomic->unref();
  reinterpret_cast<Good *>(self)->guarded->unref();
  return Py_NewRef(other);
}
METHOD(good)
// CHECK: :[[@LINE-58]]:9: error: 'Counted.count' acts as a reference count, but is no atomic; two threads can both bring it to zero, or neither [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-42]]:1: note: 'leave' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-46]]:3: note: which calls 'Counted::unref' here
// CHECK-NEXT: :[[@LINE-63]]:18: note: incremented here in 'Counted::ref'
// CHECK-NEXT: :[[@LINE-62]]:9: note: count with an atomic, acq_rel for this decrement; or hold one lock from here until the struct is destroyed, and for each increment
// CHECK: end of report
