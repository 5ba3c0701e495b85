// RUN: %both --checks='-*,ungil-non-atomic-flag' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static void pause_a_bit(void) {}

// Atomic.
static atomic_int stop;
static void *work(void *unused) {
  while (!stop)
    pause_a_bit();
  return NULL;
}
static PyObject *start(PyObject *module, PyObject *unused) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, NULL);
  Py_RETURN_NONE;
}
METHOD(start)
static PyObject *cancel(PyObject *module, PyObject *unused) {
  stop = 1;
  Py_RETURN_NONE;
}
METHOD(cancel)

// Set by a signal's handler and polled by the main thread.
static volatile sig_atomic_t interrupted;
static void on_signal(int number) { interrupted = 1; }
static PyObject *wait_for_signal(PyObject *module, PyObject *unused) {
  signal(SIGINT, on_signal);
  while (!interrupted)
    pause_a_bit();
  Py_RETURN_NONE;
}
METHOD(wait_for_signal)

// One mutex on both sides.
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int done;
static PyObject *wait_until_done(PyObject *module, PyObject *unused) {
  pthread_mutex_lock(&mutex);
  while (!done)
    pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
  Py_RETURN_NONE;
}
METHOD(wait_until_done)
static PyObject *finish(PyObject *module, PyObject *unused) {
  pthread_mutex_lock(&mutex);
  done = 1;
  pthread_mutex_unlock(&mutex);
  Py_RETURN_NONE;
}
METHOD(finish)

// Written before the same function starts the thread.
static int verbose;
static void *talk(void *unused) {
  if (verbose)
    pause_a_bit();
  return NULL;
}
static PyObject *start_talk(PyObject *module, PyObject *value) {
  pthread_t thread;
  verbose = PyObject_IsTrue(value);
  pthread_create(&thread, NULL, talk, NULL);
  Py_RETURN_NONE;
}
METHOD(start_talk)

// A debug flag that initialisation sets before any thread starts.
static int debug;
static int exec(PyObject *module) {
  debug = getenv("DEBUG") != NULL;
  return 0;
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, NULL}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, NULL, slots, NULL, NULL, NULL};
static PyObject *loop(PyObject *module, PyObject *unused) {
  while (debug)
    pause_a_bit();
  Py_RETURN_NONE;
}
METHOD(loop)

// A bound is no flag, and a setting that a method reads once is none either.
static int limit, level;
static PyObject *set_both(PyObject *module, PyObject *value) {
  limit = level = (int)PyLong_AsLong(value);
  Py_RETURN_NONE;
}
METHOD(set_both)
static PyObject *use_both(PyObject *module, PyObject *unused) {
  for (int i = 0; i < limit; ++i)
    pause_a_bit();
  if (level)
    pause_a_bit();
  Py_RETURN_NONE;
}
METHOD(use_both)

// Bit-fields with a unit each.
static struct {
  unsigned open : 1;
  unsigned : 0;
  unsigned dirty : 1;
} status;
static PyObject *open_it(PyObject *module, PyObject *unused) {
  status.open = 1;
  Py_RETURN_NONE;
}
METHOD(open_it)
static PyObject *touch(PyObject *module, PyObject *unused) {
  status.dirty = 1;
  Py_RETURN_NONE;
}
METHOD(touch)
