// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread,ungil-unbalanced-thread-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread,ungil-unbalanced-thread-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Stretches that are detached on some paths only, as NumPy's NPY_BEGIN_THREADS makes them.
#include <Python.h>
#include <stddef.h>

#define BEGIN_THREADS_DEF PyThreadState *_save = NULL;
#define BEGIN_THREADS do { _save = PyEval_SaveThread(); } while (0);
#define BEGIN_THREADS_IF(condition) do { if (condition) { _save = PyEval_SaveThread(); } } while (0);
#define END_THREADS do { if (_save) { PyEval_RestoreThread(_save); _save = NULL; } } while (0);
#define ALLOW_API do { if (_save) { PyEval_RestoreThread(_save); } } while (0);

int needs_api(PyObject *);
int work(void);
void *npy_alloc_cache(size_t size);
void npy_free_cache(void *block, size_t size);

// Whatever the condition, where it detaches it comes to the call before it attaches again.
PyObject *sorts(PyObject *m, PyObject *descr) {
  BEGIN_THREADS_DEF
  void *buffer = NULL;
  int failed;
  BEGIN_THREADS_IF(!needs_api(descr))
  failed = work();
  npy_free_cache(buffer, 8);
  END_THREADS
  return failed ? NULL : PyLong_FromLong(1);
}
// CHECK: :[[@LINE-4]]:3: error: 'npy_free_cache' needs an attached thread state but is called where 'BEGIN_THREADS_IF' has detached the thread on some paths [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-7]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-6]]:3: note: move it out of the detached stretch, or attach around it

// The whole stretch is detached.
PyObject *allocates(PyObject *m, PyObject *descr) {
  BEGIN_THREADS_DEF
  void *buffer;
  BEGIN_THREADS
  buffer = npy_alloc_cache(8);
  END_THREADS
  npy_free_cache(buffer, 8);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:12: error: 'npy_alloc_cache' needs an attached thread state but is called after BEGIN_THREADS detached the thread [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-7]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-7]]:12: note: move it out of the detached stretch, or attach around it

// Silent: after the end.
PyObject *sorts_well(PyObject *m, PyObject *descr) {
  BEGIN_THREADS_DEF
  void *buffer = npy_alloc_cache(8);
  int failed;
  BEGIN_THREADS_IF(!needs_api(descr))
  failed = work();
  END_THREADS
  npy_free_cache(buffer, 8);
  return failed ? NULL : PyLong_FromLong(1);
}

// Silent: the call has a condition of its own, which may well be the opposite.
PyObject *with_objects(PyObject *m, PyObject *descr) {
  BEGIN_THREADS_DEF
  BEGIN_THREADS_IF(!needs_api(descr))
  if (work())
    Py_INCREF(descr);
  END_THREADS
  Py_RETURN_NONE;
}

// Silent: the error path attaches if it has to.
PyObject *raises(PyObject *m, PyObject *descr) {
  BEGIN_THREADS_DEF
  BEGIN_THREADS_IF(!needs_api(descr))
  if (work() < 0) {
    ALLOW_API
    PyErr_SetString(PyExc_ValueError, "bad");
    return NULL;
  }
  END_THREADS
  Py_RETURN_NONE;
}

// Silent: both conditions are the same call, which no analysis of one function understands.
PyObject *asks_twice(PyObject *m, PyObject *descr) {
  PyThreadState *save = NULL;
  if (!needs_api(descr))
    save = PyEval_SaveThread();
  work();
  if (!needs_api(descr))
    PyEval_RestoreThread(save);
  return PyLong_FromLong(1);
}

// Silent: a flag remembers.
PyObject *remembers(PyObject *m, PyObject *descr) {
  int nogil = !needs_api(descr);
  PyThreadState *save = NULL;
  if (nogil)
    save = PyEval_SaveThread();
  work();
  if (nogil)
    PyEval_RestoreThread(save);
  return PyLong_FromLong(1);
}
// CHECK: end of report
