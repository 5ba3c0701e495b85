// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// A member that throws unless the running thread owns the object; the thread is known by what it has for itself.
#include <Python.h>
#include <stdexcept>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
struct ThreadState {
  int id = 0;
};
inline thread_local ThreadState *current = nullptr;
inline thread_local ThreadState *cached = nullptr;
struct Greenlet {
  ThreadState *owner;
  char *stack;
  void check_owner() const {
    if (owner != current)
      throw std::runtime_error("cannot switch to a different thread");
  }
  void check_stack() const {
    if (!stack)
      throw std::runtime_error("has no stack");
  }
  void grow() {
    delete[] stack;
    stack = new char[8];
  }
  void trim() {
    delete[] stack;
    stack = new char[4];
  }
};
struct PyGreenlet {
  PyObject_HEAD
  Greenlet *pimpl;
};
static PyObject *green_new(PyTypeObject *type, PyObject *, PyObject *) {
  PyObject *op = type->tp_alloc(type, 0);
  if (op)
    ((PyGreenlet *)op)->pimpl = new Greenlet{current, nullptr};
  return op;
}
PyType_Slot slots[] = {{Py_tp_new, (void *)green_new}, {0, nullptr}};

static PyObject *green_switch(PyObject *op, PyObject *) {
  Greenlet *self = ((PyGreenlet *)op)->pimpl;
  try {
    self->check_owner();
  } catch (const std::runtime_error &) {
    return nullptr;
  }
  self->grow();
  Py_RETURN_NONE;
}
METHOD(green_switch)
static PyObject *green_grow(PyObject *op, PyObject *) {
  Greenlet *self = ((PyGreenlet *)op)->pimpl;
  if (self->owner != current)
    return nullptr;
  self->grow();
  Py_RETURN_NONE;
}
METHOD(green_grow)
// CHECK: end of report
