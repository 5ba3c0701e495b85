// RUN: %both --checks='-*,ungil-clone-without-attached-thread,ungil-detached-api-call' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
// Guards that are members of other objects.
#include <nanobind/nanobind.h>
#include <mutex>

namespace nb = nanobind;
int work();

// The member attaches, though no constructor names it.
class Lock {
public:
  explicit Lock(std::mutex &mutex) : lock(mutex) {}

private:
  std::unique_lock<std::mutex> lock;
  nb::gil_scoped_acquire attached;
};

void locks(std::mutex &mutex, PyObject *item) {
  nb::gil_scoped_release release;
  {
    Lock lock(mutex);
    PyErr_Clear();
  }
  Py_INCREF(item);
}
// CHECK: :[[@LINE-2]]:3: error: 'Py_INCREF' changes a reference count, while a 'nanobind::gil_scoped_release' keeps the thread detached; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-8]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-4]]:3: note: take or drop the reference before detaching or after attaching again

// Nobody has written a constructor.
struct Attached {
  nb::gil_scoped_acquire attached;
};

void attaches(PyObject *item) {
  nb::gil_scoped_release release;
  {
    Attached attached;
    PyErr_Clear();
  }
  Py_INCREF(item);
}
// CHECK: :[[@LINE-2]]:3: error: 'Py_INCREF' changes a reference count, while a 'nanobind::gil_scoped_release' keeps the thread detached; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-8]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-4]]:3: note: take or drop the reference before detaching or after attaching again

// The member detaches, until the object dies.
class Stretch {
public:
  Stretch() { work(); }

private:
  nb::gil_scoped_release detached;
};

void stretches(PyObject *item) {
  {
    Stretch stretch;
    PyErr_Clear();
  }
  Py_INCREF(item);
}
// CHECK: :[[@LINE-4]]:5: error: 'PyErr_Clear' needs an attached thread state but is called while a 'Stretch' keeps the thread detached [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-6]]:13: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-6]]:5: note: keep the error in a local variable, and raise after re-attaching (or between Py_BLOCK_THREADS and Py_UNBLOCK_THREADS)

// Guards of the project's own.
class Attach {
public:
  Attach() : state(PyGILState_Ensure()) {}
  ~Attach() { PyGILState_Release(state); }

private:
  PyGILState_STATE state;
};
class Session {
public:
  Session() { PyErr_Clear(); }

private:
  Attach attach;
};

void sessions(PyObject *item) {
  nb::gil_scoped_release release;
  {
    Session session;
    PyErr_Clear();
  }
  Py_DECREF(item);
}
// CHECK: :[[@LINE-2]]:3: error: 'Py_DECREF' changes a reference count, while a 'nanobind::gil_scoped_release' keeps the thread detached; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-8]]:26: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-4]]:3: note: take or drop the reference before detaching or after attaching again
// CHECK: end of report
