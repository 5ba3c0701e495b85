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
  while (!reinterpret_cast<Reader *>(self)->closed) // BAD
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
    while (running) // BAD
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
    if (!done) // BAD
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
