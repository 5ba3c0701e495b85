// Lists that a closure changes are changed where it runs, not where it is written.
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>

#include <mutex>

static std::mutex mutex;
template <class F> static auto locked(F body) {
  std::lock_guard<std::mutex> lock(mutex);
  return body();
}

static PyObject *kept[4];
static int kept_count;
static PyObject *kept_take(PyObject *, PyObject *) {
  return locked([] { return kept_count ? kept[--kept_count] : nullptr; });
}
static PyObject *kept_give(PyObject *, PyObject *item) {
  locked([&] { kept[kept_count++] = item; });
  return nullptr;
}

static PyObject *spare[4];
static int spare_count;
template <class F> static auto unlocked(F body) { return body(); }
static PyObject *spare_take(PyObject *, PyObject *) {
  return unlocked([] { return spare_count ? spare[--spare_count] : nullptr; });
}
// CHECK: :[[@LINE-2]]:{{[0-9]+}}: error: free list 'spare' is popped in 'lambda at line {{[0-9]+}}' and pushed in 'lambda at line {{[0-9]+}}' without synchronisation;
// CHECK-NEXT: note: 'spare_take' is
// CHECK-NEXT: :[[@LINE+4]]:18: note: pushed here in 'lambda at line {{[0-9]+}}'
// CHECK-NEXT: note: 'spare_give' is
// CHECK-NEXT: note: guard every
static PyObject *spare_give(PyObject *, PyObject *item) {
  unlocked([&] { spare[spare_count++] = item; });
  return nullptr;
}

PyMethodDef methods[] = {{"kept_take", kept_take, METH_NOARGS, nullptr},
                         {"kept_give", kept_give, METH_O, nullptr},
                         {"spare_take", spare_take, METH_NOARGS, nullptr},
                         {"spare_give", spare_give, METH_O, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
// CHECK-NEXT: end of report
