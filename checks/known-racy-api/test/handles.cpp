// RUN: %both --checks='-*,ungil-known-racy-api' %s -- -I%py314t -std=c++17 | %filecheck %s
// What a handle that is passed around holds is no object's field; what an object's handle holds is one.
#include <Python.h>

class handle {
public:
  handle(PyObject *p) : m_ptr(p) {}
  PyObject *ptr() const { return m_ptr; }

private:
  PyObject *m_ptr;
};
int set_first(handle tuple, PyObject *value) { return PyTuple_SetItem(tuple.ptr(), 0, value); }
int set_second(const handle &tuple, PyObject *value) { return PyTuple_SetItem(tuple.ptr(), 1, value); }
int set_imported(PyObject *exporter, PyObject *value) {
  handle tuple(PyObject_CallMethod(exporter, "take", nullptr));
  return PyTuple_SetItem(tuple.ptr(), 0, value);
}

struct Holder {
  PyObject_HEAD
  handle kept;
};
static PyObject *reset(PyObject *self, PyObject *value) {
  if (PyTuple_SetItem(reinterpret_cast<Holder *>(self)->kept.ptr(), 0, Py_NewRef(value)) < 0)
    return nullptr;
  return Py_NewRef(self);
}
PyMethodDef methods[] = {{"reset", reset, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
// CHECK: :[[@LINE-5]]:7: warning: 'PyTuple_SetItem' has a known data race on free-threaded Python: it changes the object in place, without a lock (Doc/data/threadsafety.dat) [ungil-known-racy-api]
// CHECK-NEXT: :[[@LINE-2]]:36: note: 'reset' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-7]]:7: note: use it only for an object that nobody else has, or make a new one
// CHECK-NEXT: end of report
