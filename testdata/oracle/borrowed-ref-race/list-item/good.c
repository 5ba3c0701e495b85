// rule: ungil-borrowed-ref-race
// oracle: tsan
// needs: free-threaded
// driver: threads
// since: 3.13
//
// An item borrowed from a list that another thread empties.

#include "fixture.h"

static PyObject *list;

static PyObject *run(PyObject *module, PyObject *thread) {
  if (PyLong_AsLong(thread) % 2) {
    PyObject *fresh = PyUnicode_FromFormat("%p %d", (void *)module, (int)(size_t)&fresh);
    if (!fresh || PyList_Append(list, fresh) < 0)
      return NULL;
    Py_DECREF(fresh);
    if (PyList_GET_SIZE(list) > 4 && PyList_SetSlice(list, 0, 4, NULL) < 0)
      return NULL;
    Py_RETURN_NONE;
  }
  PyObject *item = PyList_GetItemRef(list, 0);
  if (!item) {
    PyErr_Clear();
    Py_RETURN_NONE;
  }
  PyObject *text = PyObject_Repr(item);
  Py_DECREF(item);
  return text;
}

static int exec(PyObject *module) { return (list = PyList_New(0)) ? 0 : -1; }

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
