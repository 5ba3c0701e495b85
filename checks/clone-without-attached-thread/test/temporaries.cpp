// RUN: %both --checks='-*,ungil-clone-without-attached-thread,ungil-detached-api-call' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
// Guards that are temporaries end with their statement; functions that only throw end the path.
#include <nanobind/nanobind.h>
#include <stdexcept>

namespace nb = nanobind;
int work();

template <class Guard> static int guarded(Guard &&) { return work(); }
template <class Guard> static int call() { return guarded(Guard{}); }

// Silent: the temporary has attached the thread again before call() returns.
PyObject *after_temporary(PyObject *, PyObject *item) {
  int result = call<nb::gil_scoped_release>();
  Py_INCREF(item);
  Py_DECREF(item);
  return PyLong_FromLong(result);
}

template <class Guard> static void dropped(Guard &&, PyObject *item) { Py_DECREF(item); }
PyObject *in_temporary(PyObject *, PyObject *item) {
  dropped(nb::gil_scoped_release{}, item);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-3]]:3: error: 'dropped' reaches {{.*}}, while a 'nanobind::gil_scoped_release' keeps the thread detached; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-4]]:11: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-7]]:72: note: in 'dropped', 'Py_DECREF' is called here
// CHECK-NEXT: :[[@LINE-6]]:3: note: take or drop the reference before detaching or after attaching again

class Ensured {
public:
  Ensured() : state(PyGILState_Ensure()) {}
  ~Ensured() { PyGILState_Release(state); }
  int value() const { return 1; }

private:
  PyGILState_STATE state;
};
void after_own_temporary(PyObject *item) {
  Py_BEGIN_ALLOW_THREADS
  (void)Ensured().value();
  Py_DECREF(item);
  Py_END_ALLOW_THREADS
}
// CHECK: :[[@LINE-3]]:3: error: 'Py_DECREF' changes a reference count, after Py_BEGIN_ALLOW_THREADS detached the thread; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-6]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-5]]:3: note: take or drop the reference before detaching or after attaching again

static void refuse(const char *what) { throw std::runtime_error(what); }
static void refuse_loudly() { refuse("not attached"); }

// Silent: detached threads do not come as far.
void checked_incref(PyObject *item) {
  if (item && PyGILState_Check() == 0)
    refuse_loudly();
  Py_XINCREF(item);
}

static void warn(const char *) {}
void warned_incref(PyObject *item) {
  if (item && PyGILState_Check() == 0)
    warn("not attached");
  Py_XINCREF(item);
}
// CHECK: :[[@LINE-2]]:3: error: 'Py_XINCREF' changes a reference count, where 'PyGILState_Check' says that no thread state is attached; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-5]]:15: note: this test tells that the thread is detached
// CHECK-NEXT: :[[@LINE-4]]:3: note: take or drop the reference before detaching or after attaching again
// CHECK: end of report
