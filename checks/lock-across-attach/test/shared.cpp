// RUN: %both --checks='-*,ungil-lock-across-attach' %s -- -I%py314t -std=c++17 | %filecheck %s
// A lock behind a pointer, in functions that only other units enter.
#include <Python.h>
#include <shared_mutex>

struct Table {
  void *mutex;
  int used;
};
typedef struct {
  PyObject_HEAD
  void *table;
} Dispatcher;

PyObject *dispatch(Dispatcher *self, PyObject *item, bool again);

static PyObject *resolve(Dispatcher *self, PyObject *item) {
  PyObject *found = PyObject_CallOneArg(item, item);
  return found ? found : dispatch(self, item, false);
}

static PyObject *lookup(Dispatcher *self, PyObject *item) {
  std::shared_mutex *mutex = (std::shared_mutex *)((Table *)self->table)->mutex;
  mutex->lock_shared();
  int used = ((Table *)self->table)->used;
  mutex->unlock_shared();
  if (used)
    return nullptr;
  mutex->lock();
  PyObject *found = resolve(self, item);
  mutex->unlock();
  return found;
}
// CHECK: :[[@LINE-10]]:3: error: an attached thread waits for 'self->table->mutex', which 'lookup' holds while it runs Python code; a stop-the-world pause between the two never ends [ungil-lock-across-attach]
// CHECK-NEXT: :[[@LINE-6]]:3: note: in 'lookup', 'self->table->mutex' is taken here
// CHECK-NEXT: :[[@LINE-6]]:21: note: 'PyObject_CallOneArg' runs Python code here, which may have to wait for the pause
// CHECK-NEXT: :[[@LINE-19]]:21: note: in 'resolve', 'PyObject_CallOneArg' is called here
// CHECK-NEXT: :[[@LINE-14]]:3: note: detach before waiting for the lock and release it before attaching, or use a PyMutex, whose waiters detach

PyObject *dispatch(Dispatcher *self, PyObject *item, bool again) { return again ? lookup(self, item) : nullptr; }
// CHECK: end of report
