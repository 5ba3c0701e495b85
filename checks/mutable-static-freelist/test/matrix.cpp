// RUN: %both --checks='-*,ungil-mutable-static-freelist,ungil-python-under-lock' %s -- -I%py314t -std=c++17 | %filecheck %s
// Four shapes of a free list, each without a lock, with one on both sides, with one on one side, for each thread its own,
// compiled out, and as an atomic exchange. Only the first and the third are reported. Allocating an object under the
// lock runs no Python code.
#include <Python.h>
#include <atomic>
#include <vector>

struct Node {
  PyObject_HEAD
  Node *next;
};
static PyMutex mutex;
#define NOTHING
#define LOCK PyMutex_Lock(&mutex);
#define UNLOCK PyMutex_Unlock(&mutex);
#define TYPE(name)                                                                                                     \
  PyType_Slot name##_slots[] = {{Py_tp_new, (void *)name##_new}, {Py_tp_dealloc, (void *)name##_dealloc}, {0, nullptr}};
#define LIST(name, DECLARED, TAKE, TAKEN, GIVE, GIVEN, POP, PUSH)                                                      \
  DECLARED                                                                                                             \
  static PyObject *name##_new(PyTypeObject *type, PyObject *, PyObject *) {                                            \
    PyObject *node = nullptr;                                                                                          \
    TAKE POP if (!node) node = (PyObject *)PyObject_New(Node, type);                                                   \
    TAKEN return node;                                                                                                 \
  }                                                                                                                    \
  static void name##_dealloc(PyObject *op) {                                                                           \
    Node *node = (Node *)op;                                                                                           \
    GIVE PUSH GIVEN                                                                                                    \
  }                                                                                                                    \
  TYPE(name)

#define STACK(name, SPECIFIER, ...)                                                                                    \
  LIST(name, SPECIFIER Node *name##_items[8]; SPECIFIER int name##_count;, __VA_ARGS__,                                 \
       if (name##_count) node = (PyObject *)name##_items[--name##_count];, name##_items[name##_count++] = node;)
STACK(stack_open, static, NOTHING, NOTHING, NOTHING, NOTHING)
STACK(stack_locked, static, LOCK, UNLOCK, LOCK, UNLOCK)
STACK(stack_half, static, LOCK, UNLOCK, NOTHING, NOTHING)
STACK(stack_own, static thread_local, NOTHING, NOTHING, NOTHING, NOTHING)

#define CHAIN(name, SPECIFIER, ...)                                                                                    \
  LIST(name, SPECIFIER Node *name##_head;, __VA_ARGS__,                                                                \
       if (name##_head) { node = (PyObject *)name##_head; name##_head = name##_head->next; },                          \
       node->next = name##_head; name##_head = node;)
CHAIN(chain_open, static, NOTHING, NOTHING, NOTHING, NOTHING)
CHAIN(chain_locked, static, LOCK, UNLOCK, LOCK, UNLOCK)
CHAIN(chain_half, static, LOCK, UNLOCK, NOTHING, NOTHING)
CHAIN(chain_own, static thread_local, NOTHING, NOTHING, NOTHING, NOTHING)

#define SLOT(name, SPECIFIER, ...)                                                                                     \
  LIST(name, SPECIFIER Node *name##_slot;, __VA_ARGS__,                                                                \
       if (name##_slot) { node = (PyObject *)name##_slot; name##_slot = nullptr; },                                    \
       if (!name##_slot) name##_slot = node; else PyObject_Free(node);)
SLOT(slot_open, static, NOTHING, NOTHING, NOTHING, NOTHING)
SLOT(slot_locked, static, LOCK, UNLOCK, LOCK, UNLOCK)
SLOT(slot_half, static, LOCK, UNLOCK, NOTHING, NOTHING)
SLOT(slot_own, static thread_local, NOTHING, NOTHING, NOTHING, NOTHING)
LIST(slot_atomic, static std::atomic<Node *> kept;, NOTHING, NOTHING, NOTHING, NOTHING,
     node = (PyObject *)kept.exchange(nullptr, std::memory_order_acquire);,
     PyObject_Free(kept.exchange(node, std::memory_order_acq_rel));)

#define VECTOR(name, SPECIFIER, ...)                                                                                   \
  LIST(name, SPECIFIER std::vector<Node *> name##_items;, __VA_ARGS__,                                                 \
       if (!name##_items.empty()) { node = (PyObject *)name##_items.back(); name##_items.pop_back(); },                \
       name##_items.push_back(node);)
VECTOR(vector_open, static, NOTHING, NOTHING, NOTHING, NOTHING)
VECTOR(vector_locked, static, LOCK, UNLOCK, LOCK, UNLOCK)
VECTOR(vector_half, static, LOCK, UNLOCK, NOTHING, NOTHING)
VECTOR(vector_own, static thread_local, NOTHING, NOTHING, NOTHING, NOTHING)

#ifndef Py_GIL_DISABLED
STACK(stack_gil, static, NOTHING, NOTHING, NOTHING, NOTHING)
CHAIN(chain_gil, static, NOTHING, NOTHING, NOTHING, NOTHING)
SLOT(slot_gil, static, NOTHING, NOTHING, NOTHING, NOTHING)
VECTOR(vector_gil, static, NOTHING, NOTHING, NOTHING, NOTHING)
#endif
// CHECK: :[[@LINE-41]]:1: error: free list 'stack_open_items' is popped in 'stack_open_new' and pushed in 'stack_open_dealloc' without synchronisation; two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE-42]]:1: note: 'stack_open_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE-43]]:1: note: pushed here in 'stack_open_dealloc'
// CHECK-NEXT: :[[@LINE-44]]:1: note: 'stack_open_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-45]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
// CHECK: :[[@LINE-44]]:1: error: free list 'stack_half_items' is popped in 'stack_half_new' and pushed in 'stack_half_dealloc' without a common lock ('mutex' is held in 'stack_half_new', not in 'stack_half_dealloc'); two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE-45]]:1: note: 'stack_half_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE-46]]:1: note: pushed here in 'stack_half_dealloc'
// CHECK-NEXT: :[[@LINE-47]]:1: note: 'stack_half_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-48]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
// CHECK: :[[@LINE-42]]:1: error: free list 'chain_open_head' is popped in 'chain_open_new' and pushed in 'chain_open_dealloc' without synchronisation; two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE-43]]:1: note: 'chain_open_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE-44]]:1: note: pushed here in 'chain_open_dealloc'
// CHECK-NEXT: :[[@LINE-45]]:1: note: 'chain_open_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-46]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
// CHECK: :[[@LINE-45]]:1: error: free list 'chain_half_head' is popped in 'chain_half_new' and pushed in 'chain_half_dealloc' without a common lock ('mutex' is held in 'chain_half_new', not in 'chain_half_dealloc'); two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE-46]]:1: note: 'chain_half_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE-47]]:1: note: pushed here in 'chain_half_dealloc'
// CHECK-NEXT: :[[@LINE-48]]:1: note: 'chain_half_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-49]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
// CHECK: :[[@LINE-43]]:1: error: free list 'slot_open_slot' is popped in 'slot_open_new' and pushed in 'slot_open_dealloc' without synchronisation; two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE-44]]:1: note: 'slot_open_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE-45]]:1: note: pushed here in 'slot_open_dealloc'
// CHECK-NEXT: :[[@LINE-46]]:1: note: 'slot_open_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-47]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
// CHECK: :[[@LINE-46]]:1: error: free list 'slot_half_slot' is popped in 'slot_half_new' and pushed in 'slot_half_dealloc' without a common lock ('mutex' is held in 'slot_half_new', not in 'slot_half_dealloc'); two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE-47]]:1: note: 'slot_half_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE-48]]:1: note: pushed here in 'slot_half_dealloc'
// CHECK-NEXT: :[[@LINE-49]]:1: note: 'slot_half_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-50]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
// CHECK: :[[@LINE-41]]:1: error: free list 'vector_open_items' is popped in 'vector_open_new' and pushed in 'vector_open_dealloc' without synchronisation; two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE-42]]:1: note: 'vector_open_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE-43]]:1: note: pushed here in 'vector_open_dealloc'
// CHECK-NEXT: :[[@LINE-44]]:1: note: 'vector_open_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-45]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
// CHECK: :[[@LINE-44]]:1: error: free list 'vector_half_items' is popped in 'vector_half_new' and pushed in 'vector_half_dealloc' without a common lock ('mutex' is held in 'vector_half_new', not in 'vector_half_dealloc'); two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE-45]]:1: note: 'vector_half_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE-46]]:1: note: pushed here in 'vector_half_dealloc'
// CHECK-NEXT: :[[@LINE-47]]:1: note: 'vector_half_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-48]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
// CHECK: end of report
