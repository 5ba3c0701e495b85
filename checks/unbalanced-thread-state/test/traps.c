// RUN: %both --checks='-*,ungil-unbalanced-thread-state,ungil-detached-api-call' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unbalanced-thread-state,ungil-detached-api-call' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// How well-known projects end detached stretches; only the last two functions are wrong.
#include <Python.h>
#include <stdlib.h>
#include <unistd.h>

// psycopg2: the label that errors jump to stands before the end.
static int locked_command(void) {
  int result = -1;
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0)
    goto endlock;
  result = 0;
endlock:
  sleep(0);
  Py_END_ALLOW_THREADS
  if (result < 0)
    PyErr_NoMemory();
  return result;
}

// psycopg2: attached again before the jump over the end.
static int command(void) {
  int result = -1;
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0) {
    Py_BLOCK_THREADS
    goto error;
  }
  result = 0;
  Py_END_ALLOW_THREADS
  return result;
error:
  PyErr_NoMemory();
  return result;
}

#define NPY_BEGIN_THREADS_THRESHOLDED(size)                                                                            \
  do {                                                                                                                 \
    if ((size) > 500)                                                                                                  \
      _save = PyEval_SaveThread();                                                                                     \
  } while (0)
#define NPY_END_THREADS                                                                                                \
  do {                                                                                                                 \
    if (_save) {                                                                                                       \
      PyEval_RestoreThread(_save);                                                                                     \
      _save = NULL;                                                                                                    \
    }                                                                                                                  \
  } while (0)

// NumPy: ended on the error path, and once more for all.
static int loop(int size) {
  PyThreadState *_save = NULL;
  NPY_BEGIN_THREADS_THRESHOLDED(size);
  if (getpid() < 0) {
    NPY_END_THREADS;
    PyErr_NoMemory();
  }
  NPY_END_THREADS;
  return PyErr_Occurred() ? -1 : 0;
}

// NumPy: a loop without the interpreter raises its error attached.
static void raises_inside(int size) {
  PyThreadState *_save = NULL;
  NPY_BEGIN_THREADS_THRESHOLDED(size);
  if (getpid() < 0) {
    PyGILState_STATE state = PyGILState_Ensure();
    PyErr_NoMemory();
    PyGILState_Release(state);
  }
  NPY_END_THREADS;
}

// A process that ends needs no thread state.
static void ends(void) {
  PyGILState_STATE state = PyGILState_Ensure();
  if (getpid() < 0)
    abort();
  if (getpid() == 1)
    Py_FatalError("no");
  PyGILState_Release(state);
}

// The thread that leaves the interpreter for good.
static void thread_ends(void) {
  PyGILState_STATE state = PyGILState_Ensure();
  if (getpid() < 0)
    PyThread_exit_thread();
  PyGILState_Release(state);
}

static PyObject *all(PyObject *m, PyObject *a) {
  locked_command();
  command();
  loop(1000);
  raises_inside(1000);
  ends();
  thread_ends();
  Py_RETURN_NONE;
}
PyMethodDef methods[] = {{"all", all, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

void breaks_out(void) {
  for (int i = 0; i < 3; ++i) {
    PyGILState_STATE state = PyGILState_Ensure();
    if (getpid() == i)
      return;
    PyGILState_Release(state);
  }
}
// CHECK: :[[@LINE-4]]:7: error: this return leaves 'breaks_out' without giving back 'state'; the thread stays attached, and a stop-the-world pause waits for it for ever [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-7]]:30: note: attached here
// CHECK-NEXT: :[[@LINE-6]]:7: note: call PyGILState_Release on this path too

int skips_end(void) {
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0)
    goto out;
  Py_END_ALLOW_THREADS
out:
  return 0;
}
// CHECK: end of report
