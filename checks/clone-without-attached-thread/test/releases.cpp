// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -std=c++17 | %filecheck %s
// What other libraries call when they are done with something, in whatever thread that is.
#include <Python.h>
#include <atomic>

class Handle {
public:
  explicit Handle(PyObject *object) : object(object) { Py_XINCREF(object); }
  ~Handle() { Py_XDECREF(object); }

private:
  PyObject *object;
};
void *handle_create(PyObject *object) { return new Handle(object); }
void handle_delete(void *handle) { delete static_cast<Handle *>(handle); }
// CHECK: :[[@LINE-1]]:36: error: a 'Handle' is destroyed and drops its Python reference, in 'handle_delete', which is entered detached (deleter of an opaque handle); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-2]]:6: note: 'handle_delete' is handed over here as deleter of an opaque handle; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-9]]:15: note: in 'Handle::~Handle', 'Py_XDECREF' is called here
// CHECK-NEXT: :[[@LINE-4]]:36: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

// Silent: the destructor attaches.
class AttachingHandle {
public:
  ~AttachingHandle() {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_XDECREF(object);
    PyGILState_Release(state);
  }

private:
  PyObject *object = nullptr;
};
void attaching_delete(void *handle) { delete static_cast<AttachingHandle *>(handle); }

// Silent: the type says whose it is; code of the project's own calls it.
void typed_delete(Handle *handle) { delete handle; }
static void local_delete(void *handle) { delete static_cast<Handle *>(handle); }
PyObject *uses_locally(PyObject *, PyObject *item) {
  local_delete(handle_create(item));
  Py_RETURN_NONE;
}

// A count that threads share: one caller comes from a foreign thread, and attaches for itself.
struct Shared {
  std::atomic<long> count;
  PyObject *owner;
};
void shared_drop(Shared *shared) {
  if (--shared->count == 0) {
    Py_XDECREF(shared->owner);
    delete shared;
  }
}
extern "C" void shared_drop_foreign(Shared *shared) {
  PyGILState_STATE state = PyGILState_Ensure();
  shared_drop(shared);
  PyGILState_Release(state);
}
// CHECK: :[[@LINE-9]]:5: error: 'Py_XDECREF' changes a reference count, in 'shared_drop', which is entered detached (release of a handle, which one of its callers attaches for); a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-12]]:6: note: 'shared_drop' is handed over here as release of a handle, which one of its callers attaches for; it starts without an attached thread state
// CHECK-NEXT: :[[@LINE-11]]:5: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

// Silent: attaches for the last reference.
void shared_drop_well(Shared *shared) {
  if (--shared->count == 0) {
    PyGILState_STATE state = PyGILState_Ensure();
    Py_XDECREF(shared->owner);
    PyGILState_Release(state);
    delete shared;
  }
}
extern "C" void shared_drop_well_foreign(Shared *shared) {
  PyGILState_STATE state = PyGILState_Ensure();
  shared_drop_well(shared);
  PyGILState_Release(state);
}

// Silent: nothing shows that other threads come here.
void shared_drop_attached(Shared *shared) {
  if (--shared->count == 0)
    Py_XDECREF(shared->owner);
}
PyObject *closes(PyObject *, PyObject *) {
  shared_drop_attached(nullptr);
  Py_RETURN_NONE;
}
// CHECK: end of report
