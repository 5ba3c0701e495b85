// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Test and store apart; values that are reached through accessors; guards that leave the locking to another constructor.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, (PyCFunction)f, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};

struct Shape {
  PyObject_HEAD
  PyObject *bounds, *area;
};

// The helper fills what its caller found empty.
static int fill(Shape *self) {
  self->bounds = PyTuple_New(4);
  return self->bounds ? 0 : -1;
}
static PyObject *bounds(Shape *self, PyObject *) {
  if (!self->bounds && fill(self) < 0)
    return nullptr;
  return Py_NewRef(self->bounds);
}
METHOD(bounds)

// Behind an accessor, and through a reference.
struct Registry {
  PyObject *type;
};
static Registry &registry() {
  static Registry *made = new Registry();
  return *made;
}
static PyObject *type_of(PyObject *, PyObject *) {
  PyObject *&type = registry().type;
  if (!type)
    type = PyImport_ImportModule("decimal");
  return Py_XNewRef(type);
}
METHOD(type_of)

// Nothing but the interpreter calls a function of this signature, wherever its table is.
PyObject *parse(PyObject *, PyObject *const *, Py_ssize_t, PyObject *) {
  static PyObject *names = nullptr;
  if (names == nullptr)
    names = Py_BuildValue("(ss)", "a", "b");
  return Py_XNewRef(names);
}

// A project's own guard, as greenlet has it.
class Section {
public:
  explicit Section(PyObject *op) { PyCriticalSection_Begin(&section, op); }
  explicit Section(const Shape *shape) : Section((PyObject *)const_cast<Shape *>(shape)) {}
  ~Section() { PyCriticalSection_End(&section); }

private:
  PyCriticalSection section;
};
static PyObject *area(Shape *self, PyObject *) {
  Section held(self);
  if (self->area == nullptr)
    self->area = PyFloat_FromDouble(1.0);
  return Py_XNewRef(self->area);
}
METHOD(area)

// The caller holds the section over test and helper.
struct Locked {
  PyObject_HEAD
  PyObject *value;
};
static int fill_locked_one(Locked *self) {
  self->value = PyTuple_New(1);
  return 0;
}
static PyObject *locked(Locked *self, PyObject *) {
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(self);
  if (!self->value)
    fill_locked_one(self);
  result = Py_XNewRef(self->value);
  Py_END_CRITICAL_SECTION();
  return result;
}
METHOD(locked)
// CHECK: :[[@LINE-67]]:8: warning: 'Shape.bounds' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-64]]:1: note: 'bounds' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-69]]:24: note: which calls 'fill' here
// CHECK-NEXT: :[[@LINE-74]]:3: note: stored here in 'fill'
// CHECK-NEXT: :[[@LINE-71]]:8: note: make the value first, then test and store in the object's critical section, and drop the value if another thread was first
// CHECK-NEXT: :[[@LINE-56]]:8: warning: 'made->type' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-53]]:1: note: 'type_of' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-57]]:5: note: stored here in 'type_of'
// CHECK-NEXT: :[[@LINE-59]]:8: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first
// CHECK-NEXT: :[[@LINE-51]]:7: warning: 'names' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-54]]:11: note: 'parse' is a function with a method's signature; several threads can run it at once
// CHECK-NEXT: :[[@LINE-52]]:5: note: stored here in 'parse'
// CHECK-NEXT: :[[@LINE-54]]:7: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first
// CHECK: end of report
