// Objects that an accessor gives back: as if the field or the argument stood there.
// RUN: %both --checks='-*,ungil-refcount-uniqueness' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>

struct Owner {
  PyObject *p;
  PyObject *borrow() const { return p; }
};
struct State {
  PyObject_HEAD
  Owner main;
};

static PyObject *through_accessor(PyObject *self, PyObject *) {
  PyObject *object = reinterpret_cast<State *>(self)->main.borrow();
  if (Py_REFCNT(object) == 1)
    // CHECK: :[[@LINE-1]]:7: warning: a reference count of 1 does not prove that nobody else uses 'object'
    // CHECK-NEXT: note: 'through_accessor' is a method
    // CHECK-NEXT: note: keep a critical section
    Py_DECREF(object);
  Py_RETURN_NONE;
}

static PyObject *direct(PyObject *self, PyObject *) {
  PyObject *object = reinterpret_cast<State *>(self)->main.p;
  if (Py_REFCNT(object) == 1)
    // CHECK: :[[@LINE-1]]:7: warning: a reference count of 1
    // CHECK-NEXT: note: 'direct' is a method
    // CHECK-NEXT: note: keep a critical section
    Py_DECREF(object);
  Py_RETURN_NONE;
}

// What a function may have made, or made into something else, is its own affair.
static PyObject *copied(PyObject *object) { return object ? object : PyList_New(0); }
static PyObject *changed(PyObject *object) {
  object = PySequence_Concat(object, object);
  return object;
}
static PyObject *popped(State *state) {
  PyObject *object = state->main.p;
  state->main.p = nullptr;
  return object;
}
static PyObject *replaced(State *state) {
  Py_CLEAR(state->main.p);
  return state->main.p;
}
static PyObject *of_functions(PyObject *, PyObject *argument) {
  PyObject *copy = copied(argument), *change = changed(argument);
  PyObject *pop = popped(reinterpret_cast<State *>(argument)), *other = replaced(reinterpret_cast<State *>(argument));
  if (Py_REFCNT(copy) == 1 || Py_REFCNT(change) == 1 || Py_REFCNT(pop) == 1 || Py_REFCNT(other) == 1)
    Py_DECREF(copy);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"through_accessor", through_accessor, METH_NOARGS, nullptr},
                                {"direct", direct, METH_NOARGS, nullptr},
                                {"of_functions", of_functions, METH_O, nullptr},
                                {nullptr, nullptr, 0, nullptr}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "accessors", nullptr, 0, methods, nullptr, nullptr, nullptr, nullptr};
