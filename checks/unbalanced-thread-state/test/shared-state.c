// RUN: %both --checks='-*,ungil-unbalanced-thread-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <pthread.h>
#include <unistd.h>

typedef struct {
  PyObject_HEAD
  PyThreadState *state;
  pthread_mutex_t mutex;
} Handle;

static PyObject *perform(PyObject *o, PyObject *a) {
  Handle *self = (Handle *)o;
  if (self->state)
    return NULL;
  self->state = PyEval_SaveThread();
  (void)getpid();
  PyEval_RestoreThread(self->state);
  self->state = NULL;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-6]]:17: error: the detached thread state is kept in 'Handle->state', which another thread can overwrite meanwhile; each then attaches the other's state [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE+56]]:17: note: 'perform' is a method; several threads can run it at once, on the same object too
// CHECK-NEXT: :[[@LINE+5]]:17: note: and kept there here too
// CHECK-NEXT: :[[@LINE-9]]:3: note: keep it in a local variable, or hold a lock from here until it is attached again

static PyObject *perform_more(PyObject *o, PyObject *a) {
  Handle *self = (Handle *)o;
  self->state = PyEval_SaveThread();
  (void)getpid();
  PyEval_RestoreThread(self->state);
  Py_RETURN_NONE;
}

// Silent: a lock covers the whole detached stretch.
static PyObject *perform_locked(PyObject *o, PyObject *a) {
  Handle *self = (Handle *)o;
  if (pthread_mutex_trylock(&self->mutex) != 0)
    return NULL;
  self->state = PyEval_SaveThread();
  (void)getpid();
  PyEval_RestoreThread(self->state);
  pthread_mutex_unlock(&self->mutex);
  Py_RETURN_NONE;
}

// The methods of the type are another file's.
typedef struct {
  PyObject_HEAD
  PyThreadState *state;
} Transfer;
PyObject *transfer_run(Transfer *self, PyObject *a) {
  self->state = PyEval_SaveThread();
  (void)getpid();
  PyEval_RestoreThread(self->state);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:17: error: the detached thread state is kept in 'Transfer->state', which another thread can overwrite meanwhile; each then attaches the other's state [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-7]]:11: note: methods in other files can call 'transfer_run', in several threads at once, on the same object too
// CHECK-NEXT: :[[@LINE-7]]:3: note: keep it in a local variable, or hold a lock from here until it is attached again

// Silent: whoever calls it has the cookie.
typedef struct {
  PyThreadState *state;
} Cookie;
void enter(Cookie *cookie) { cookie->state = PyEval_SaveThread(); }
void leave(Cookie *cookie) { PyEval_RestoreThread(cookie->state); }

// Silent: one thread at a time initialises the module.
static PyThreadState *main_state;
static int exec(PyObject *m) {
  main_state = PyEval_SaveThread();
  PyEval_RestoreThread(main_state);
  return 0;
}

PyMethodDef methods[] = {
    // (the note above names the next line)
    {"perform", perform, METH_NOARGS, NULL},
    {"perform_more", perform_more, METH_NOARGS, NULL}, {"perform_locked", perform_locked, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
// CHECK: end of report
