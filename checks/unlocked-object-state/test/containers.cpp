// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// Containers of C++ in the struct of a Python object, in it or behind a pointer.
#include <Python.h>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

struct Queue {
  PyObject_HEAD
  std::vector<PyObject *> items;
};
static PyObject *put(PyObject *op, PyObject *value) {
  reinterpret_cast<Queue *>(op)->items.push_back(Py_NewRef(value));
  Py_RETURN_NONE;
}
METHOD(put)
static PyObject *get(PyObject *op, PyObject *) {
  auto &items = reinterpret_cast<Queue *>(op)->items;
  return items.empty() ? nullptr : Py_NewRef(items.back());
}
METHOD(get)

struct Index {
  std::map<long, std::string> names;
  std::unique_ptr<std::deque<long>> recent;
};
struct Lookup {
  PyObject_HEAD
  Index *index;
};
static PyObject *lookup_new(PyTypeObject *type, PyObject *, PyObject *) {
  Lookup *self = reinterpret_cast<Lookup *>(type->tp_alloc(type, 0));
  self->index = new Index;
  return reinterpret_cast<PyObject *>(self);
}
PyType_Slot lookup_slots[] = {{Py_tp_new, reinterpret_cast<void *>(lookup_new)}, {0, nullptr}};
static PyObject *add(PyObject *op, PyObject *value) {
  Lookup *self = reinterpret_cast<Lookup *>(op);
  self->index->names[PyLong_AsLong(value)] = "new";
  self->index->recent.reset();
  Py_RETURN_NONE;
}
METHOD(add)
static PyObject *find(PyObject *op, PyObject *value) {
  Lookup *self = reinterpret_cast<Lookup *>(op);
  for (const auto &[key, name] : self->index->names)
    if (key == PyLong_AsLong(value))
      return PyUnicode_FromString(name.c_str());
  return PyLong_FromSize_t(self->index->recent->size());
}
METHOD(find)

// Under a lock of the object's own.
struct Guarded {
  PyObject_HEAD
  std::mutex mutex;
  std::vector<PyObject *> items;
};
static PyObject *guarded_put(PyObject *op, PyObject *value) {
  Guarded *self = reinterpret_cast<Guarded *>(op);
  std::lock_guard<std::mutex> guard(self->mutex);
  self->items.push_back(Py_NewRef(value));
  Py_RETURN_NONE;
}
METHOD(guarded_put)
// CHECK: :[[@LINE-53]]:3: warning: 'Queue.items' is modified in 'put' without synchronisation while 'get' uses it; threads corrupt it on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-51]]:1: note: 'put' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-49]]:10: note: used here in 'get'
// CHECK-NEXT: :[[@LINE-48]]:1: note: 'get' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-57]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-31]]:3: warning: 'Lookup.index->recent' is modified in 'add' without synchronisation while 'find' uses it; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-29]]:1: note: 'add' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-24]]:28: note: used here in 'find'
// CHECK-NEXT: :[[@LINE-23]]:1: note: 'find' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-35]]:3: note: 'add' writes 'index->recent' and 'index->names'
// CHECK-NEXT: :[[@LINE-27]]:28: note: 'find' reads 'index->recent'
// CHECK-NEXT: :[[@LINE-37]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
