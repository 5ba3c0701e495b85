// rule: ungil-clone-without-attached-thread
// oracle: tsan
// needs: free-threaded
// driver: call
//
// Reference counts changed by a detached thread while the collector rewrites them.

#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>

// A worker changes reference counts of live containers while the main thread collects.
#define COUNT 50
static PyObject *things[COUNT];
static atomic_int stop;

static void *worker(void *unused) {
  while (!stop)
    for (int i = 0; i < COUNT; ++i) {
      PyGILState_STATE state = PyGILState_Ensure();
      Py_INCREF(things[i]);
      Py_DECREF(things[i]);
      PyGILState_Release(state);
    }
  return NULL;
}

static PyObject *run(PyObject *module, PyObject *arg) {
  pthread_t thread;
  for (int i = 0; i < COUNT; ++i)
    if (!(things[i] = PyList_New(0)) || PyList_Append(things[i], things[i]) < 0)
      return NULL;
  stop = 0;
  pthread_create(&thread, NULL, worker, NULL);
  for (int i = 0; i < 5; ++i)
    PyGC_Collect();
  stop = 1;
  Py_BEGIN_ALLOW_THREADS
  pthread_join(thread, NULL);
  Py_END_ALLOW_THREADS
  for (int i = 0; i < COUNT; ++i) {
    PyList_SetSlice(things[i], 0, 1, NULL);
    Py_CLEAR(things[i]);
  }
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
