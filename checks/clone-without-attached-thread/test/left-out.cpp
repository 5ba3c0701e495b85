// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -std=c++17 | %filecheck %s
// Functions that attach on builds with the GIL alone: "there is no GIL to hold" is a misunderstanding.
#include <Python.h>

#ifdef Py_GIL_DISABLED
class WithGil {
public:
  WithGil() = default;
};
#else
class WithGil {
public:
  WithGil() : state(PyGILState_Ensure()) {}
  ~WithGil() { PyGILState_Release(state); }

private:
  PyGILState_STATE state;
};
#endif

extern "C" void drop_object(void *object) {
  WithGil gil;
  Py_DecRef(static_cast<PyObject *>(object));
}
// CHECK: :[[@LINE-2]]:3: error: 'Py_DecRef' changes a reference count, in 'drop_object', which attaches only on builds with the GIL; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-16]]:2: note: this branch attaches, and is left out on builds without the GIL; the thread state is needed there all the same
// CHECK-NEXT: :[[@LINE-4]]:3: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

extern "C" void drop_other(void *object) {
#ifndef Py_GIL_DISABLED
  PyGILState_STATE state = PyGILState_Ensure();
#endif
  Py_DecRef(static_cast<PyObject *>(object));
#ifndef Py_GIL_DISABLED
  PyGILState_Release(state);
#endif
}
// CHECK: :[[@LINE-5]]:3: error: 'Py_DecRef' changes a reference count, in 'drop_other', which attaches only on builds with the GIL; a destructor that runs here crashes, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-9]]:2: note: this branch attaches, and is left out on builds without the GIL; the thread state is needed there all the same
// CHECK-NEXT: :[[@LINE-7]]:3: note: attach around it with PyGILState_Ensure() and PyGILState_Release(), or leave it to an attached thread

// Silent: attaches on either build, in one way or another.
extern "C" void drop_well(void *object) {
#ifdef Py_GIL_DISABLED
  PyThreadState *attached = PyThreadState_GetUnchecked();
  PyGILState_STATE state = attached ? PyGILState_LOCKED : PyGILState_Ensure();
#else
  PyGILState_STATE state = PyGILState_Ensure();
#endif
  Py_DecRef(static_cast<PyObject *>(object));
  PyGILState_Release(state);
}

// Silent: what is left out has nothing to do with the thread state.
extern "C" void drop_plain(void *object) {
#ifndef Py_GIL_DISABLED
  static int drops;
  ++drops;
#endif
  Py_DecRef(static_cast<PyObject *>(object));
}
// CHECK: end of report
