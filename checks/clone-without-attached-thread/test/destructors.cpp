// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <memory>
#include <thread>
#include <vector>

int work();

// The destructor is another unit's. Somebody has written it for the pointers.
class Request {
public:
  explicit Request(PyObject *callback);
  ~Request();

private:
  PyObject *callback;
};

static void serve(Request *request) {
  work();
  delete request;
}
// CHECK: :[[@LINE-2]]:3: error: a 'Request' is destroyed and drops its Python reference, in 'serve', which is entered detached (callback of std::thread::thread); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE+5]]:15: note: 'serve' is handed over here as callback of std::thread::thread; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-12]]:3: note: 'Request' points to Python objects, and another unit defines this destructor for it
// CHECK-NEXT: :[[@LINE-5]]:3: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

void start(PyObject *callback) {
  std::thread(serve, new Request(callback)).detach();
}

// Silent: attached when it dies.
static void serve_well(Request *request) {
  work();
  PyGILState_STATE state = PyGILState_Ensure();
  delete request;
  PyGILState_Release(state);
}
void start_well(PyObject *callback) { std::thread(serve_well, new Request(callback)).detach(); }

// Silent: only borrowed, so that there is nothing to write a destructor for.
struct Borrowed {
  PyObject *callback;
  std::vector<int> values;
};
static void look(Borrowed *borrowed) { delete borrowed; }
void start_look() { std::thread(look, new Borrowed()).detach(); }

// Silent: the pointers are not to Python objects.
class Buffer {
public:
  ~Buffer();

private:
  char *data;
};
static void fill(Buffer *buffer) { delete buffer; }
void start_fill() { std::thread(fill, new Buffer()).detach(); }

// A class of the unit's own, and what holds it.
class Reference {
public:
  explicit Reference(PyObject *object) : object(object) {}
  Reference(const Reference &other) : object(other.object) { Py_XINCREF(object); }
  ~Reference() { Py_XDECREF(object); }

private:
  PyObject *object;
};

thread_local std::vector<Reference> cached;
// CHECK: :[[@LINE-1]]:37: error: 'cached' drops its Python reference when its thread ends, which is detached by then; a destructor that runs there crashes [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-2]]:37: note: drop the reference before the thread detaches for the last time, or let the object attach in its destructor

// Silent: the destructor attaches.
class Attaching {
public:
  ~Attaching() {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_XDECREF(object);
    PyGILState_Release(state);
  }

private:
  PyObject *object = nullptr;
};
thread_local Attaching attaching;

// Silent: plain values, and pointers that nobody drops.
thread_local int depth;
thread_local PyObject *current;

// A copy that is made for a detached thread, in a container.
void copies(const std::vector<Reference> &references) {
  Py_BEGIN_ALLOW_THREADS
  std::vector<Reference> own = references;
  work();
  Py_END_ALLOW_THREADS
}
// CHECK: :[[@LINE-4]]:32: error: a 'std::vector' is copied, after Py_BEGIN_ALLOW_THREADS detached the thread; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-6]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-6]]:32: note: take or drop the reference before detaching or after attaching again

// Who destroys a part only when its argument says so.
static void release(Reference *reference, bool owned) {
  if (owned)
    delete reference;
}
static void keep(Reference *reference) { release(reference, false); }
static void drop(Reference *reference) { release(reference, true); }
// CHECK: :[[@LINE-1]]:42: error: 'release' reaches 'Py_XDECREF', which changes a reference count, in 'drop', which is entered detached (callback of std::thread::thread); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE+6]]:15: note: 'drop' is handed over here as callback of std::thread::thread; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-6]]:5: note: in 'release', a 'Reference' is destroyed here
// CHECK-NEXT: :[[@LINE-49]]:18: note: in 'Reference::~Reference', 'Py_XDECREF' is called here
// CHECK-NEXT: :[[@LINE-5]]:42: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread
void start_release(Reference *reference) {
  std::thread(keep, reference).join();
  std::thread(drop, reference).join();
}

// Silent: a function of the project's own asks for the state.
static bool is_attached() { return PyThreadState_GetUnchecked() != nullptr; }
static bool is_detached() { return !is_attached(); }
void defer(PyObject *object);
class Deferring {
public:
  explicit Deferring(PyObject *object) : object(object) {}
  ~Deferring() {
    if (is_attached())
      Py_XDECREF(object);
    else
      defer(object);
  }

private:
  PyObject *object;
};
static void deferring(PyObject *object) {
  Deferring deferring(object);
  if (is_detached())
    return;
  PyErr_Clear();
}
void start_deferring(PyObject *object) { std::thread(deferring, object).join(); }
// CHECK: end of report
