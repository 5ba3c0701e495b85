// RUN: %both --checks='-*,ungil-mutable-global-state,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=c++17 | %filecheck %s
// Fields that an atomic neighbour hands over; containers that are only looked into; what the package sets itself.
#include <Python.h>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
static std::mutex mutex;

// The text is written before the value is stored with release, and read after it was loaded with acquire.
struct Slot {
  const char *text;
  std::atomic<PyObject *> value;
  PyObject *load() { return value.load(std::memory_order_acquire); }
};
static Slot slots[8];
static bool matches(const Slot &slot, const char *text) { return slot.text[0] == text[0]; }
static PyObject *fill(const char *text) {
  std::lock_guard<std::mutex> guard(mutex);
  slots[0].text = text;
  slots[0].value.store(PyUnicode_FromString(text), std::memory_order_release);
  return nullptr;
}
static PyObject *find(PyObject *, PyObject *unused) {
  PyObject *value = slots[0].load();
  if (value && matches(slots[0], "a"))
    return value;
  return fill("a");
}
METHOD(find)

// The same with a relaxed load.
static Slot loose[8];
static PyObject *fill_loose(PyObject *, PyObject *unused) {
  std::lock_guard<std::mutex> guard(mutex);
  loose[0].text = strdup("b");
  loose[0].value.store(unused, std::memory_order_release);
  return nullptr;
}
METHOD(fill_loose)
static PyObject *find_loose(PyObject *, PyObject *unused) {
  if (loose[0].value.load(std::memory_order_relaxed))
    return PyUnicode_FromString(loose[0].text);
  return nullptr;
}
METHOD(find_loose)

// The key is known to be there.
static std::map<long, long> sizes = {{1, 2}};
static PyObject *size_of(PyObject *, PyObject *value) {
  long key = PyLong_AsLong(value);
  if (sizes.find(key) == sizes.end())
    return nullptr;
  return PyLong_FromLong(sizes[key]);
}
METHOD(size_of)
static std::map<long, std::function<PyObject *(PyObject *)>> makers = {{1, PyObject_Repr}};
static PyObject *make(PyObject *, PyObject *value) {
  long key = PyLong_AsLong(value);
  if (makers.find(key) == makers.end())
    return nullptr;
  return makers[key](value);
}
METHOD(make)

// Here it is put in.
static std::map<long, long> counts = {{1, 2}};
static PyObject *count_of(PyObject *, PyObject *value) {
  long key = PyLong_AsLong(value);
  if (counts.find(key) == counts.end())
    counts[key] = 1;
  return PyLong_FromLong(counts[key]);
}
METHOD(count_of)

// A method that only the package calls, when it is imported; and one for everybody.
static PyObject *registry, *hook;
static PyObject *set_registry(PyObject *, PyObject *value) {
  registry = Py_NewRef(value);
  return nullptr;
}
PyMethodDef set_registry_method[] = {{"_set_registry", set_registry, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
static PyObject *ask_registry(PyObject *, PyObject *) { return PyObject_CallNoArgs(registry); }
METHOD(ask_registry)
static PyObject *set_hook(PyObject *, PyObject *value) {
  hook = Py_NewRef(value);
  return nullptr;
}
METHOD(set_hook)
static PyObject *ask_hook(PyObject *, PyObject *) { return PyObject_CallNoArgs(hook); }
METHOD(ask_hook)

// What is kept elsewhere, looked up twice at worst.
struct Shared;
Shared *get_or_create_shared(const char *name);
static Shared *known;
static PyObject *use_shared(PyObject *, PyObject *) {
  if (!known)
    known = get_or_create_shared("ungil");
  return PyLong_FromVoidPtr(known);
}
METHOD(use_shared)
// CHECK: :[[@LINE-67]]:3: warning: 'loose.text' is written in 'fill_loose' and read in 'find_loose' with no common lock; a thread can use or free what another has replaced on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-64]]:1: note: 'fill_loose' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-62]]:33: note: read here in 'find_loose'
// CHECK-NEXT: :[[@LINE-60]]:1: note: 'find_loose' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-74]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-37]]:5: warning: 'counts' is updated in 'count_of' with no common lock; threads corrupt it on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-35]]:1: note: 'count_of' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-43]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: :[[@LINE-25]]:3: warning: 'hook' is written in 'set_hook' and read in 'ask_hook' with no common lock; a thread can use or free what another has replaced on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-23]]:1: note: 'set_hook' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-23]]:80: note: read here in 'ask_hook'
// CHECK-NEXT: :[[@LINE-23]]:1: note: 'ask_hook' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-38]]:1: note: guard every use with one PyMutex, or give each thread or module its own
