// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread,ungil-unbalanced-thread-state,ungil-lock-across-attach' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread,ungil-unbalanced-thread-state,ungil-lock-across-attach' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Silent: how well-known projects go in and out of detached stretches.
#include <Python.h>
#include <pthread.h>
#include <unistd.h>

// Pillow: begin and end in functions of their own, the state in a struct.
typedef struct {
  int lines;
  PyThreadState *state;
} SectionCookie;
static void section_enter(SectionCookie *cookie) { cookie->state = PyEval_SaveThread(); }
static void section_leave(SectionCookie *cookie) { PyEval_RestoreThread(cookie->state); }
static PyObject *blur(PyObject *m, PyObject *a) {
  SectionCookie cookie;
  section_enter(&cookie);
  cookie.lines = getpid();
  section_leave(&cookie);
  if (cookie.lines < 0)
    return PyErr_NoMemory();
  return PyLong_FromLong(cookie.lines);
}

// cffi: looks for the thread's own state first, and attaches that.
static PyGILState_STATE gil_ensure(void) {
  PyThreadState *own = PyGILState_GetThisThreadState();
  if (own != NULL) {
    if (own != PyThreadState_GetUnchecked()) {
      PyEval_RestoreThread(own);
      return PyGILState_UNLOCKED;
    }
    return PyGILState_LOCKED;
  }
  return PyGILState_Ensure();
}
static void gil_release(PyGILState_STATE before) { PyGILState_Release(before); }
static void *invoke_callback(void *callback) {
  PyGILState_STATE state = gil_ensure();
  PyObject *result = PyObject_CallNoArgs((PyObject *)callback);
  if (!result)
    PyErr_WriteUnraisable((PyObject *)callback);
  Py_XDECREF(result);
  gil_release(state);
  return NULL;
}

// pygame-ce: timers lock a list, and attach for the objects in it alone; every wait for the lock is detached.
typedef struct Timer {
  struct Timer *next;
  PyObject *event;
} Timer;
static pthread_mutex_t timer_mutex = PTHREAD_MUTEX_INITIALIZER;
static Timer *timers;
static void timer_free(Timer *timer) {
  PyGILState_STATE state = PyGILState_Ensure();
  Py_DECREF(timer->event);
  PyGILState_Release(state);
  free(timer);
}
static void *timer_callback(void *argument) {
  pthread_mutex_lock(&timer_mutex);
  if (timers) {
    Timer *done = timers;
    timers = done->next;
    timer_free(done);
  }
  pthread_mutex_unlock(&timer_mutex);
  return argument;
}
static PyObject *set_timer(PyObject *m, PyObject *event) {
  pthread_t thread;
  Timer *timer = (Timer *)malloc(sizeof(Timer));
  timer->event = Py_NewRef(event);
  Py_BEGIN_ALLOW_THREADS
  pthread_mutex_lock(&timer_mutex);
  timer->next = timers;
  timers = timer;
  pthread_mutex_unlock(&timer_mutex);
  Py_END_ALLOW_THREADS
  pthread_create(&thread, NULL, timer_callback, NULL);
  pthread_create(&thread, NULL, invoke_callback, event);
  Py_RETURN_NONE;
}

// psycopg2: helpers that attach and detach through the caller's state, and jumps over the end.
typedef struct {
  PyObject_HEAD
  pthread_mutex_t lock;
  char *error;
} Connection;
static int execute_locked(Connection *self, const char *query, PyThreadState **tstate) {
  if (!query) {
    PyEval_RestoreThread(*tstate);
    PyErr_SetString(PyExc_ValueError, "no query");
    *tstate = PyEval_SaveThread();
    return -1;
  }
  return getpid();
}
static PyObject *begin(PyObject *o, PyObject *a) {
  Connection *self = (Connection *)o;
  Py_BEGIN_ALLOW_THREADS
  pthread_mutex_lock(&self->lock);
  if (execute_locked(self, "BEGIN", &_save) < 0) {
    pthread_mutex_unlock(&self->lock);
    Py_BLOCK_THREADS
    if (!PyErr_Occurred())
      PyErr_SetString(PyExc_RuntimeError, self->error);
    return NULL;
  }
  pthread_mutex_unlock(&self->lock);
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// py-lmdb: a macro for one detached expression.
#define UNLOCKED(out, e)                                                                                     \
  Py_BEGIN_ALLOW_THREADS out = (e);                                                                          \
  Py_END_ALLOW_THREADS
static PyObject *sync_all(PyObject *m, PyObject *a) {
  int rc;
  UNLOCKED(rc, fsync(1));
  if (rc)
    return PyErr_SetFromErrno(PyExc_OSError);
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"blur", blur, METH_NOARGS, NULL},
                         {"set_timer", set_timer, METH_O, NULL},
                         {"begin", begin, METH_NOARGS, NULL},
                         {"sync_all", sync_all, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
