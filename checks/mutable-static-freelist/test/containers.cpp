// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=c++17 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=c++20 | %filecheck %s
#include <Python.h>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

struct Node { PyObject_HEAD };

#define ENTRIES(name)                                                                                                  \
  PyMethodDef name##_methods[] = {                                                                                     \
      {"take", name##_take, METH_NOARGS, nullptr}, {"give", name##_give, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

// -- a container of pointers
static std::vector<Node *> spare;
static PyObject *vector_take(PyObject *, PyObject *) {
  if (spare.empty())
    return nullptr;
  Node *node = spare.back();
  spare.pop_back();
  return reinterpret_cast<PyObject *>(node);
}
// CHECK: containers.cpp:[[@LINE-3]]:3: error: free list 'spare' is popped in 'vector_take' and pushed in 'vector_give' without synchronisation; two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: note: 'vector_take' is a method
// CHECK-NEXT: :[[@LINE+4]]:3: note: pushed here in 'vector_give'
// CHECK-NEXT: note: 'vector_give' is a method
// CHECK-NEXT: note: guard every
static PyObject *vector_give(PyObject *, PyObject *a) {
  spare.push_back(reinterpret_cast<Node *>(a));
  return nullptr;
}
ENTRIES(vector)

// -- owned pointers in a static member, in methods of a class
struct Pool {
  static std::deque<std::unique_ptr<Node>> blocks;
  static Node *pop() {
    Node *node = blocks.front().release();
    blocks.pop_front();
    return node;
  }
  static void push(Node *node) { blocks.emplace_front(node); }
};
// CHECK: containers.cpp:[[@LINE-5]]:5: error: free list 'blocks' is popped in 'Pool::pop' and pushed in 'Pool::push' without synchronisation;
// CHECK-NEXT: note: 'pool_take' is a method
// CHECK-NEXT: note: which calls 'Pool::pop' here
// CHECK-NEXT: :[[@LINE-5]]:34: note: pushed here in 'Pool::push'
// CHECK-NEXT: note: 'pool_give' is a method
// CHECK-NEXT: note: which calls 'Pool::push' here
// CHECK-NEXT: note: guard every
std::deque<std::unique_ptr<Node>> Pool::blocks;
static PyObject *pool_take(PyObject *, PyObject *) { return reinterpret_cast<PyObject *>(Pool::pop()); }
static PyObject *pool_give(PyObject *, PyObject *a) { Pool::push(reinterpret_cast<Node *>(a)); return nullptr; }
ENTRIES(pool)

// -- a slot taken by std::exchange
static Node *slot;
static PyObject *slot_take(PyObject *, PyObject *) { return reinterpret_cast<PyObject *>(std::exchange(slot, nullptr)); }
// CHECK: containers.cpp:[[@LINE-1]]:{{[0-9]+}}: error: free list 'slot' is popped in 'slot_take' and pushed in 'slot_dealloc' without synchronisation;
// CHECK-NEXT: note: 'slot_take' is a method
// CHECK-NEXT: :[[@LINE+5]]:5: note: pushed here in 'slot_dealloc'
// CHECK-NEXT: note: 'slot_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void slot_dealloc(PyObject *self) {
  if (!slot)
    slot = reinterpret_cast<Node *>(self);
  else
    PyObject_Free(self);
}
PyMethodDef slot_methods[] = {{"take", slot_take, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
PyType_Slot slot_slots[] = {{Py_tp_dealloc, reinterpret_cast<void *>(slot_dealloc)}, {0, nullptr}};

// -- guards: silent
static std::vector<Node *> good;
static std::mutex mutex;
static PyObject *good_take(PyObject *, PyObject *) {
  std::lock_guard<std::mutex> hold(mutex);
  Node *node = good.back();
  good.pop_back();
  return reinterpret_cast<PyObject *>(node);
}
static PyObject *good_give(PyObject *, PyObject *a) {
  std::unique_lock hold{mutex};
  good.push_back(reinterpret_cast<Node *>(a));
  hold.unlock();
  return nullptr;
}
ENTRIES(good)

// -- a guard class of the project, over a lock that it is given: silent
class Holding {
public:
  explicit Holding(PyMutex &m) : held(m) { PyMutex_Lock(&held); }
  ~Holding() { PyMutex_Unlock(&held); }

private:
  PyMutex &held;
};
static std::vector<Node *> own;
static PyMutex own_mutex;
static PyObject *own_take(PyObject *, PyObject *) {
  Holding hold(own_mutex);
  Node *node = own.back();
  own.pop_back();
  return reinterpret_cast<PyObject *>(node);
}
static PyObject *own_give(PyObject *, PyObject *a) {
  Holding hold(own_mutex);
  own.push_back(reinterpret_cast<Node *>(a));
  return nullptr;
}
ENTRIES(own)

// -- unlocked too early
static std::vector<Node *> early;
static PyObject *early_take(PyObject *, PyObject *) {
  std::unique_lock<std::mutex> hold(mutex);
  bool any = !early.empty();
  hold.unlock();
  if (any)
    early.pop_back();
  return nullptr;
}
// CHECK: containers.cpp:[[@LINE-3]]:5: error: free list 'early' is popped in 'early_take' and pushed in 'early_give' without a common lock ('mutex' is held in 'early_give', not in 'early_take');
// CHECK-NEXT: note: 'early_take' is a method
// CHECK-NEXT: note: pushed here in 'early_give', holding 'mutex'
// CHECK-NEXT: note: 'early_give' is a method
// CHECK-NEXT: note: guard every
static PyObject *early_give(PyObject *, PyObject *a) {
  std::scoped_lock hold(mutex);
  early.push_back(reinterpret_cast<Node *>(a));
  return nullptr;
}
ENTRIES(early)

// -- values, and a container of one call: silent
static std::vector<int> numbers;
static PyObject *values_take(PyObject *, PyObject *) { numbers.pop_back(); return nullptr; }
static PyObject *values_give(PyObject *, PyObject *) { numbers.push_back(1); return nullptr; }
ENTRIES(values)

static PyObject *local_take(PyObject *, PyObject *a) {
  std::vector<PyObject *> stack{a};
  while (!stack.empty()) {
    PyObject *top = stack.back();
    stack.pop_back();
    if (PyTuple_Check(top))
      stack.push_back(PyTuple_GET_ITEM(top, 0));
  }
  return nullptr;
}
PyMethodDef local_methods[] = {{"walk", local_take, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

// -- in an object, filled with new and emptied with delete
struct Block {};
struct Store {
  PyObject_HEAD
  Block *blocks[4];
  int count;
  Block *last;
};
static PyObject *store_take(PyObject *self, PyObject *) {
  Store *store = reinterpret_cast<Store *>(self);
  store->last = store->count ? store->blocks[--store->count] : new Block;
  return PyLong_FromLong(0);
}
// CHECK-NEXT: containers.cpp:[[@LINE-3]]:32: error: free list 'Store->blocks' is popped in 'store_take' and pushed in 'store_give' without synchronisation;
// CHECK-NEXT: note: 'store_take' is
// CHECK-NEXT: :[[@LINE+6]]:5: note: pushed here in 'store_give'
// CHECK-NEXT: note: 'store_give' is
// CHECK-NEXT: note: hold the object's critical section
static PyObject *store_give(PyObject *self, PyObject *) {
  Store *store = reinterpret_cast<Store *>(self);
  if (store->count < 4)
    store->blocks[store->count++] = store->last;
  else
    delete store->last;
  return PyLong_FromLong(0);
}
ENTRIES(store)
PyType_Slot store_slots[] = {{Py_tp_methods, store_methods}, {0, nullptr}};
PyType_Spec store_spec = {"m.Store", sizeof(Store), 0, Py_TPFLAGS_DEFAULT, store_slots};
// CHECK-NEXT: end of report
