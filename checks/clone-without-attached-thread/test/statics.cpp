// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -isystem %nanobind -std=c++17 | %filecheck %s
// Variables that die when the process ends, after the interpreter.
#include <nanobind/nanobind.h>
#include <memory>
#include <vector>

namespace nb = nanobind;
nb::object make();

static nb::object made = make();
// CHECK: :[[@LINE-1]]:19: error: 'made' drops its Python reference when the process ends, and no thread is attached after the interpreter has gone; a destructor that runs there crashes [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-2]]:19: note: empty it in a function that atexit calls, or never destroy it: keep it in the module's state, in a pointer, or in a gil_safe_call_once_and_store

static std::vector<nb::object> filled;
void fill(nb::object object) { filled.push_back(object); }
// CHECK: :[[@LINE-2]]:32: error: 'filled' drops its Python reference when the process ends, and no thread is attached after the interpreter has gone; a destructor that runs there crashes [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-3]]:32: note: empty it in a function that atexit calls, or never destroy it: keep it in the module's state, in a pointer, or in a gil_safe_call_once_and_store

nb::object &on_first_use() {
  static nb::object kept = make();
  return kept;
}
// CHECK: :[[@LINE-3]]:21: error: 'kept' drops its Python reference when the process ends, and no thread is attached after the interpreter has gone; a destructor that runs there crashes [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-4]]:21: note: empty it in a function that atexit calls, or never destroy it: keep it in the module's state, in a pointer, or in a gil_safe_call_once_and_store

// Silent: nothing is ever put in.
static nb::object never;

// Silent: a handler that atexit calls empties it.
static nb::object emptied = make();
static nb::object released = make();
static void finish() {
  emptied = nb::object();
  released.release();
}
void at_exit() { atexit(finish); }

// Silent: never destroyed, or no reference of its own.
nb::object &leaked() {
  static nb::object *kept = new nb::object(make());
  return *kept;
}
static PyObject *raw = nullptr;
static nb::handle borrowed;

// Silent: asks whether the interpreter is still there.
class Careful {
public:
  explicit Careful(PyObject *object) : object(object) {}
  ~Careful() {
    if (Py_IsInitialized())
      Py_XDECREF(object);
  }

private:
  PyObject *object;
};
static Careful careful(PyList_New(0));

// Silent: an allocator of objects holds none.
template <class T> struct Allocator : std::allocator<T> {};
static Allocator<nb::object> allocator;
// CHECK: end of report
