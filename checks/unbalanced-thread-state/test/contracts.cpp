// RUN: %both --checks='-*,ungil-unbalanced-thread-state,ungil-detached-api-call' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <unistd.h>

// A guard: the constructor detaches, the destructor attaches.
class Release {
public:
  Release() : save(PyEval_SaveThread()) {}
  ~Release() { PyEval_RestoreThread(save); }

private:
  PyThreadState *save;
};
class Ensure {
public:
  Ensure() { state = PyGILState_Ensure(); }
  ~Ensure() { PyGILState_Release(state); }

private:
  PyGILState_STATE state;
};

PyObject *guarded(PyObject *, PyObject *) {
  {
    Release release;
    if (getpid() < 0) {
      Ensure again;
      PyErr_Clear();
      return nullptr;
    }
  }
  return PyLong_FromLong(1);
}

// A guard that can be left early.
class Section {
public:
  Section() : save(PyEval_SaveThread()) {}
  ~Section() { leave(); }
  void leave() {
    if (save) {
      PyEval_RestoreThread(save);
      save = nullptr;
    }
  }

private:
  PyThreadState *save;
};
PyObject *left_early(PyObject *, PyObject *) {
  Section section;
  if (getpid() < 0) {
    section.leave();
    PyErr_Clear();
    return nullptr;
  }
  section.leave();
  return PyLong_FromLong(1);
}

// Contracts: the state is kept by whoever calls.
struct Cookie { PyThreadState *save; };
void enter(Cookie *cookie) { cookie->save = PyEval_SaveThread(); }
void enter_through_local(Cookie *cookie) {
  PyThreadState *save = PyEval_SaveThread();
  cookie->save = save;
}
void begin_forever() { PyEval_SaveThread(); }
bool try_attach(PyGILState_STATE *out) {
  if (!Py_IsInitialized())
    return false;
  *out = PyGILState_Ensure();
  return true;
}

// A catch block attaches before it throws on.
int may_throw();
PyObject *rethrows(PyObject *, PyObject *) {
  PyThreadState *save = PyEval_SaveThread();
  try {
    may_throw();
  } catch (...) {
    PyEval_RestoreThread(save);
    throw;
  }
  PyEval_RestoreThread(save);
  return PyLong_FromLong(1);
}
// CHECK: end of report
