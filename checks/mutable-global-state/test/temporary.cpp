// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// Variables that a function overwrites while it works and then puts back.
#include <Python.h>
#include <mutex>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
void work();

static int verbose;
static PyObject *quietly(PyObject *, PyObject *value) {
  int before = verbose;
  verbose = 0;
  PyObject *result = PyObject_CallNoArgs(value);
  verbose = before;
  return result;
}
METHOD(quietly)

static bool strict;
class Lenient {
public:
  Lenient() : before(strict) { strict = false; }
  ~Lenient() { strict = before; }

private:
  bool before;
};
static PyObject *leniently(PyObject *, PyObject *value) {
  Lenient here;
  return strict ? nullptr : PyObject_CallNoArgs(value);
}
METHOD(leniently)

// Under a lock, of each thread, stored for good, and exchanged with nothing in between.
static std::mutex mutex;
static int guarded, level, exchanged;
static thread_local int own;
static PyObject *silent(PyObject *, PyObject *value) {
  std::lock_guard<std::mutex> held(mutex);
  int before = guarded, mine = own;
  guarded = 1;
  own = 1;
  work();
  guarded = before;
  own = mine;
  return Py_NewRef(value);
}
METHOD(silent)
static PyObject *set_level(PyObject *, PyObject *value) {
  int before = level;
  level = int(PyLong_AsLong(value));
  work();
  return PyLong_FromLong(before);
}
METHOD(set_level)
static PyObject *exchange(PyObject *, PyObject *value) {
  int before = exchanged;
  exchanged = 2;
  exchanged = before;
  return Py_NewRef(value);
}
METHOD(exchange)
// CHECK: :[[@LINE-49]]:3: warning: 'verbose' is written in 'quietly' with no common lock; what was found is put back later; other threads see the temporary value, and lose what they store meanwhile, on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-47]]:1: note: 'quietly' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-56]]:1: note: pass the value on as an argument, or keep it in a variable of each thread
// CHECK: :[[@LINE-44]]:32: warning: 'strict' is written in 'Lenient::Lenient' with no common lock; what was found is put back later; other threads see the temporary value, and lose what they store meanwhile, on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-35]]:1: note: 'leniently' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-39]]:11: note: which calls 'Lenient::Lenient' here
// CHECK-NEXT: :[[@LINE-46]]:16: note: also written in 'Lenient::~Lenient'
// CHECK-NEXT: :[[@LINE-51]]:1: note: pass the value on as an argument, or keep it in a variable of each thread
// CHECK: end of report
