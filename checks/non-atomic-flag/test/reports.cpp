// RUN: %both --checks='-*,ungil-non-atomic-flag' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <mutex>
#include <thread>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// A field of the object that the method polls.
struct Reader {
  PyObject_HEAD
  bool closed;
};
static PyObject *drain(PyObject *self, PyObject *) {
  long read = 0;
  while (!reinterpret_cast<Reader *>(self)->closed)
    ++read;
  return PyLong_FromLong(read);
}
METHOD(drain)
static PyObject *close_it(PyObject *self, PyObject *) {
  reinterpret_cast<Reader *>(self)->closed = true;
  Py_RETURN_NONE;
}
METHOD(close_it)

static bool running = true;
static PyObject *launch(PyObject *, PyObject *) {
  std::thread([] {
    while (running)
      std::this_thread::yield();
  }).detach();
  Py_RETURN_NONE;
}
METHOD(launch)
static PyObject *halt(PyObject *, PyObject *) {
  running = false;
  Py_RETURN_NONE;
}
METHOD(halt)

// The fast path of a once primitive.
class Once {
public:
  void run() {
    if (!done)
      std::call_once(flag, [&] { done = true; });
  }

private:
  std::once_flag flag;
  bool done = false;
};
static Once once;
static PyObject *run_once(PyObject *, PyObject *) {
  once.run();
  Py_RETURN_NONE;
}
METHOD(run_once)
// CHECK: :[[@LINE-44]]:11: warning: flag 'Reader.closed' is polled in 'drain' while 'close_it' changes it; plain accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-41]]:1: note: 'drain' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-40]]:3: note: changed here in 'close_it'
// CHECK-NEXT: :[[@LINE-38]]:1: note: 'close_it' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-54]]:1: note: make it atomic; relaxed order is enough for a flag that guards no data, else store with release and load with acquire
// CHECK: :[[@LINE-35]]:12: warning: flag 'running' is polled in 'lambda at line {{[0-9]+}}' while 'halt' changes it; plain accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-37]]:15: note: 'lambda at line {{[0-9]+}}' is callback of std::thread::thread; several threads can run it at once
// CHECK-NEXT: :[[@LINE-30]]:3: note: changed here in 'halt'
// CHECK-NEXT: :[[@LINE-28]]:1: note: 'halt' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-42]]:1: note: make it atomic; relaxed order is enough for a flag that guards no data, else store with release and load with acquire
// CHECK: :[[@LINE-24]]:10: warning: flag 'once.done' is tested without a lock in 'Once::run' while 'lambda at line {{[0-9]+}}' changes it; plain accesses are a data race, use an atomic [ungil-non-atomic-flag]
// CHECK-NEXT: :[[@LINE-12]]:1: note: 'run_once' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-16]]:3: note: which calls 'Once::run' here
// CHECK-NEXT: :[[@LINE-26]]:34: note: changed here in 'lambda at line {{[0-9]+}}', holding 'once.flag'
// CHECK-NEXT: :[[@LINE-15]]:1: note: 'run_once' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-19]]:3: note: which calls 'Once::run' here
// CHECK-NEXT: :[[@LINE-29]]:7: note: which calls 'lambda at line {{[0-9]+}}' here
// CHECK-NEXT: :[[@LINE-23]]:1: note: make it atomic; relaxed order is enough for a flag that guards no data, else store with release and load with acquire
// CHECK: end of report
