// rule: ungil-borrowed-ref-race
// oracle: crash
// needs: free-threaded
// driver: threads
// since: 3.13
//
// The item dies between the call that borrows it and Py_INCREF.

#include "fixture.h"

static PyObject *list;

// Its memory goes back as soon as it dies.
static PyObject *fresh(void) { return PyBytes_FromStringAndSize(NULL, 4000); }

static PyObject *run(PyObject *module, PyObject *thread) {
  long writes = PyLong_AsLong(thread) % 2;
  for (int i = 0; i < 20000; ++i) {
    if (writes) {
      PyObject *item = fresh();
      if (!item || PyList_SetItem(list, 0, item) < 0)
        return NULL;
      continue;
    }
    PyObject *item = PyList_GetItemRef(list, 0);
    Py_DECREF(item);
  }
  Py_RETURN_NONE;
}

static int exec(PyObject *module) {
  list = PyList_New(1);
  return list && PyList_SetItem(list, 0, fresh()) == 0 ? 0 : -1;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
