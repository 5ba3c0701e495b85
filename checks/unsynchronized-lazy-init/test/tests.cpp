// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=c++17 | %filecheck %s
// How a test can be written; a flag that an object sets and clears initialises nothing.
#include <Python.h>
#include <mutex>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
#define UNLIKELY(x) __builtin_expect(bool(x), 0)

struct State { std::mutex mutex; PyObject *type, *name; };
extern State *state;
static PyObject *cast(PyObject *, PyObject *) {
  State *s = state;
  PyObject *type = s->type;
  if (UNLIKELY(!type)) {
    std::lock_guard<std::mutex> held(s->mutex);
    type = s->type;
    if (type)
      return Py_NewRef(type);
    type = PyDict_New();
    s->type = type;
  }
  return Py_XNewRef(type);
}
METHOD(cast)

static PyObject *turned;
static PyObject *turn(PyObject *, PyObject *) {
  if (NULL == turned)
    turned = PyDict_New();
  return Py_XNewRef(turned);
}
METHOD(turn)
static PyObject *turned_late;
static PyObject *turn_late(PyObject *, PyObject *) {
  if (nullptr != turned_late)
    return Py_NewRef(turned_late);
  turned_late = PyDict_New();
  return Py_XNewRef(turned_late);
}
METHOD(turn_late)

struct Generator { PyObject_HEAD bool running; int steps; };
struct Running {
  Generator *of;
  explicit Running(Generator *g) : of(g) {
    g->running = true;
    g->steps++;
  }
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
// CHECK: :[[@LINE-45]]:7: warning: 'state->type' is tested without the lock that its initialisation holds; double-checked locking needs an acquire load here and a release store [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-36]]:1: note: 'cast' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-41]]:5: note: stored here in 'cast', holding 'state->mutex'
// CHECK-NEXT: :[[@LINE-48]]:7: note: load with acquire here and store with release, or take the lock first
// CHECK: :[[@LINE-35]]:15: warning: 'turned' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-32]]:1: note: 'turn' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-36]]:5: note: stored here in 'turn'
// CHECK-NEXT: :[[@LINE-38]]:15: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first
// CHECK: :[[@LINE-32]]:18: warning: 'turned_late' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-28]]:1: note: 'turn_late' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-32]]:3: note: stored here in 'turn_late'
// CHECK-NEXT: :[[@LINE-35]]:18: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first
// CHECK: end of report
