// RUN: %both --checks='-*,ungil-static-init-deadlock,ungil-mutable-global-state,ungil-unsynchronized-lazy-init,ungil-capi-import-race,ungil-relaxed-borrow-state' %s -- -I%py314t -std=c++17 | %filecheck %s
// What binding libraries make once, the way they make it.
#include <Python.h>
#include <atomic>
#include <memory>
#include <mutex>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};

namespace pybind11 {
struct gil_scoped_acquire {
  gil_scoped_acquire();
  ~gil_scoped_acquire();
};
struct gil_scoped_release {
  gil_scoped_release();
  ~gil_scoped_release();
};
template <class T> class gil_safe_call_once_and_store {
public:
  constexpr gil_safe_call_once_and_store() = default;
  template <class F> gil_safe_call_once_and_store &call_once_and_store_result(F &&make) {
    if (!is_initialized) {
      gil_scoped_release detached;
      std::call_once(flag, [&] {
        gil_scoped_acquire attached;
        ::new (storage) T(make());
        is_initialized = true;
      });
    }
    return *this;
  }
  T &get_stored() { return *reinterpret_cast<T *>(storage); }

private:
  alignas(T) char storage[sizeof(T)] = {};
  std::once_flag flag;
  std::atomic_bool is_initialized{false};
};
} // namespace pybind11
namespace py = pybind11;

// numpy's functions are looked up by the first who needs one.
struct npy_api {
  PyTypeObject *array_type;
  static npy_api &get() {
    static py::gil_safe_call_once_and_store<npy_api> storage;
    return storage.call_once_and_store_result(lookup).get_stored();
  }
  static npy_api lookup() {
    PyObject *module = PyImport_ImportModule("numpy.core.multiarray");
    npy_api api{(PyTypeObject *)PyObject_GetAttrString(module, "ndarray")};
    Py_DECREF(module);
    return api;
  }
};
static PyObject *array_type(PyObject *, PyObject *) { return Py_NewRef((PyObject *)npy_api::get().array_type); }
METHOD(array_type)

// The internals: a static that is constant at first, and a mutex of the function's own.
struct internals {
  PyObject *static_property;
};
static std::unique_ptr<internals> *&internals_pointer() {
  static std::unique_ptr<internals> *pointer = nullptr;
  return pointer;
}
static internals *get_internals() {
  static PyMutex mutex = {0};
  PyMutex_Lock(&mutex);
  auto *&pointer = internals_pointer();
  if (!pointer) {
    pointer = new std::unique_ptr<internals>();
    pointer->reset(new internals());
  }
  internals *found = pointer->get();
  PyMutex_Unlock(&mutex);
  return found;
}
static PyObject *static_property(PyObject *, PyObject *) { return Py_NewRef(get_internals()->static_property); }
METHOD(static_property)

// Only the module's body calls it.
static PyObject *enum_type() {
  static PyObject *type = PyImport_ImportModule("enum");
  return type;
}
PyMODINIT_FUNC PyInit_m() { return enum_type(); }

// Counts of the library's own pointers are no business of ours.
static std::shared_ptr<internals> *keep(std::shared_ptr<internals> given) {
  return new std::shared_ptr<internals>(std::move(given));
}
static PyObject *copies(PyObject *, PyObject *) {
  auto *kept = keep(std::make_shared<internals>());
  long count = kept->use_count();
  delete kept;
  return PyLong_FromLong(count);
}
METHOD(copies)
// CHECK: end of report
