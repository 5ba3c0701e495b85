// RUN: %both --checks='-*,ungil-detached-api-call,ungil-unbalanced-thread-state,ungil-clone-without-attached-thread' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

// Everything that CPython lets detached threads call, and reads of immutable fields.
static PyObject *allowed(PyObject *m, PyObject *bytes) {
  static PyMutex mutex;
  PyThread_type_lock lock = PyThread_allocate_lock();
  Py_BEGIN_ALLOW_THREADS
  void *p = PyMem_RawMalloc(16);
  PyMem_RawFree(p);
  PyMutex_Lock(&mutex);
  PyMutex_Unlock(&mutex);
  PyThread_acquire_lock(lock, WAIT_LOCK);
  PyThread_release_lock(lock);
  (void)write(1, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
  (void)PyThread_get_thread_ident();
  (void)Py_IsInitialized();
  PyErr_SetInterrupt();
  (void)sizeof(PyErr_Occurred());
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// The state counts, not where the macros stand.
static PyObject *blocked_return(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0) {
    Py_BLOCK_THREADS
    PyErr_SetString(PyExc_ValueError, "bad");
    return NULL;
  }
  if (getpid() == 1) {
    Py_BLOCK_THREADS
    PyErr_CheckSignals();
    Py_UNBLOCK_THREADS
  }
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// A jump over Py_END_ALLOW_THREADS after Py_BLOCK_THREADS.
static PyObject *blocked_goto(PyObject *m, PyObject *a) {
  PyObject *result = NULL;
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0) {
    Py_BLOCK_THREADS
    PyErr_SetString(PyExc_ValueError, "bad");
    goto exit;
  }
  Py_END_ALLOW_THREADS
  result = PyLong_FromLong(1);
exit:
  return result;
}

// A label that stands before Py_END_ALLOW_THREADS.
static PyObject *goto_inside(PyObject *m, PyObject *a) {
  int failed = 0;
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0) {
    failed = 1;
    goto endlock;
  }
  (void)getpid();
endlock:;
  Py_END_ALLOW_THREADS
  if (failed)
    return PyErr_NoMemory();
  Py_RETURN_NONE;
}

// A callee that attaches and detaches through the caller's token.
static int toggle(PyThreadState **token) {
  PyEval_RestoreThread(*token);
  PyErr_Clear();
  *token = PyEval_SaveThread();
  return getpid();
}
static PyObject *toggles(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  toggle(&_save);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// Regions that are detached only for large or simple data.
#define NPY_BEGIN_THREADS_DEF PyThreadState *_save = NULL;
#define NPY_BEGIN_THREADS do { _save = PyEval_SaveThread(); } while (0);
#define NPY_BEGIN_THREADS_THRESHOLDED(n) do { if ((n) > 500) { _save = PyEval_SaveThread(); } } while (0);
#define NPY_END_THREADS do { if (_save) { PyEval_RestoreThread(_save); _save = NULL; } } while (0);
#define NPY_ALLOW_C_API_DEF PyGILState_STATE __save__;
#define NPY_ALLOW_C_API do { __save__ = PyGILState_Ensure(); } while (0);
#define NPY_DISABLE_C_API do { PyGILState_Release(__save__); } while (0);
static int loop_with_errors(void) {
  if (getpid() == 1) {
    NPY_ALLOW_C_API_DEF
    NPY_ALLOW_C_API
    PyErr_SetString(PyExc_ValueError, "bad");
    NPY_DISABLE_C_API
    return -1;
  }
  return 0;
}
static PyObject *conditional(PyObject *m, PyObject *objects) {
  NPY_BEGIN_THREADS_DEF
  int needs_api = PyTuple_Check(objects);
  if (!needs_api)
    NPY_BEGIN_THREADS
  if (loop_with_errors() < 0)
    goto fail;
  if (needs_api)
    PyErr_Clear();
  NPY_END_THREADS
  Py_RETURN_NONE;
fail:
  NPY_END_THREADS
  NPY_END_THREADS
  PyErr_Clear();
  return NULL;
}
static PyObject *thresholded(PyObject *m, PyObject *n) {
  NPY_BEGIN_THREADS_DEF
  NPY_BEGIN_THREADS_THRESHOLDED(getpid())
  (void)getpid();
  NPY_END_THREADS
  return PyLong_FromLong(1);
}

// One condition tested twice.
static PyObject *correlated(PyObject *m, PyObject *a) {
  int nogil = getpid() > 7;
  PyThreadState *token = NULL;
  if (nogil)
    token = PyEval_SaveThread();
  (void)getpid();
  if (nogil)
    PyEval_RestoreThread(token);
  return PyLong_FromLong(1);
}

// The state is asked for at run time.
static void drop(PyObject *o) {
  if (PyGILState_Check()) {
    Py_DECREF(o);
    return;
  }
  PyGILState_STATE s = PyGILState_Ensure();
  Py_DECREF(o);
  PyGILState_Release(s);
}
static void *dropper(void *o) {
  drop((PyObject *)o);
  return NULL;
}
static PyObject *tested(PyObject *m, PyObject *o) {
  pthread_t t;
  pthread_create(&t, NULL, dropper, o);
  Py_RETURN_NONE;
}

// begin and end in functions of their own, the state in a cookie.
static void section_enter(PyThreadState **cookie) { *cookie = PyEval_SaveThread(); }
static void section_leave(PyThreadState **cookie) { PyEval_RestoreThread(*cookie); }
static PyObject *sections(PyObject *m, PyObject *a) {
  PyThreadState *cookie;
  section_enter(&cookie);
  (void)getpid();
  section_leave(&cookie);
  return PyLong_FromLong(1);
}
static PyThreadState *begin(void) { return PyEval_SaveThread(); }
static void end(PyThreadState *token) { PyEval_RestoreThread(token); }
static PyObject *pair(PyObject *m, PyObject *a) {
  PyThreadState *token = begin();
  (void)getpid();
  end(token);
  return PyLong_FromLong(1);
}
static PyGILState_STATE my_ensure(void) { return PyGILState_Ensure(); }
static void my_release(PyGILState_STATE s) { PyGILState_Release(s); }
static void *own_attach(void *o) {
  PyGILState_STATE s = my_ensure();
  Py_DECREF((PyObject *)o);
  my_release(s);
  return NULL;
}
static PyObject *wrappers(PyObject *m, PyObject *o) {
  pthread_t t;
  pthread_create(&t, NULL, own_attach, o);
  Py_RETURN_NONE;
}

// Paths that end the process, and values that are NULL.
static void *ends(void *o) {
  if (!PyGILState_Check())
    Py_FatalError("detached");
  PyErr_Clear();
  return NULL;
}
static PyObject *fatal(PyObject *m, PyObject *o) {
  pthread_t t;
  PyObject *none = NULL;
  pthread_create(&t, NULL, ends, o);
  Py_BEGIN_ALLOW_THREADS
  assert(PyGILState_Check() || !PyErr_Occurred());
  Py_XDECREF(none);
  Py_INCREF(Py_None);
  if (getpid() == 0)
    exit(1);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"allowed", allowed, METH_O, NULL}, {"blocked_return", blocked_return, METH_NOARGS, NULL},
    {"blocked_goto", blocked_goto, METH_NOARGS, NULL}, {"goto_inside", goto_inside, METH_NOARGS, NULL},
    {"toggles", toggles, METH_NOARGS, NULL}, {"conditional", conditional, METH_O, NULL},
    {"thresholded", thresholded, METH_O, NULL}, {"correlated", correlated, METH_NOARGS, NULL},
    {"tested", tested, METH_O, NULL}, {"sections", sections, METH_NOARGS, NULL}, {"pair", pair, METH_NOARGS, NULL},
    {"wrappers", wrappers, METH_O, NULL}, {"fatal", fatal, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
