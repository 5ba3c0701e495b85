// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// A lambda that a function runs under its lock, as pybind11 has it: the call in the decltype is none.
#include <Python.h>
#include <map>
#include <mutex>

struct Registry {
  std::mutex mutex;
  std::map<PyTypeObject *, int> types;
};
static Registry *made;
static Registry &registry() {
  if (!made)
    made = new Registry();
  return *made;
}
template <class F> auto with_registry(const F &run) -> decltype(run(registry())) {
  Registry &all = registry();
  std::unique_lock<std::mutex> held(all.mutex);
  return run(all);
}
static void forget(PyObject *op) {
  with_registry([op](Registry &all) { all.types.erase(Py_TYPE(op)); });
}
static PyObject *add(PyObject *op, PyObject *) {
  with_registry([op](Registry &all) { all.types[Py_TYPE(op)] = 1; });
  Py_RETURN_NONE;
}
PyMethodDef methods[] = {{"add", add, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
PyType_Slot slots[] = {{Py_tp_dealloc, (void *)forget}, {0, nullptr}};
// CHECK: end of report
