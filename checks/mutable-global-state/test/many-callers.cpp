// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// A cache that more than a hundred functions hand to one helper: the text is written before the value is stored with
// release, and read after it was loaded with acquire, whoever calls.
#include <Python.h>
#include <atomic>
#include <mutex>

static std::mutex mutex;
struct Slot {
  const char *text;
  std::atomic<PyObject *> value;
};
static Slot slots[8];
static bool matches(const Slot &slot, const char *text) { return slot.text[0] == text[0]; }
static PyObject *fill(Slot *cache, const char *text) {
  std::lock_guard<std::mutex> guard(mutex);
  Slot &slot = cache[0];
  PyObject *value = slot.value.load(std::memory_order_relaxed);
  if (value && slot.value.load(std::memory_order_relaxed) == value && matches(slot, text))
    return value;
  slot.text = text;
  slot.value.store(PyUnicode_FromString(text), std::memory_order_release);
  return nullptr;
}
static PyObject *find(Slot *cache, const char *text) {
  Slot &slot = cache[0];
  PyObject *value = slot.value.load(std::memory_order_acquire);
  if (value && matches(slot, text))
    return value;
  return fill(cache, text);
}
#define ONE(n)                                                                                                         \
  static PyObject *find_##n(PyObject *, PyObject *) { return find(slots, #n); }                                        \
  PyMethodDef method_##n[] = {{#n, find_##n, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
#define FOUR(n) ONE(n##0) ONE(n##1) ONE(n##2) ONE(n##3)
#define SIXTEEN(n) FOUR(n##0) FOUR(n##1) FOUR(n##2) FOUR(n##3)
#define SIXTY(n) SIXTEEN(n##0) SIXTEEN(n##1) SIXTEEN(n##2) SIXTEEN(n##3)
SIXTY(0) SIXTEEN(10) SIXTEEN(11) SIXTEEN(12) FOUR(130) FOUR(131)
// CHECK: end of report
