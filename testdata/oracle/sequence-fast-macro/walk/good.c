// rule: ungil-sequence-fast-macro
// oracle: tsan
// needs: free-threaded
// driver: threads
// since: 3.13
//
// A walk over the storage of a list that others change.

#include "fixture.h"

static PyObject *list;

static PyObject *walk(PyObject *module, PyObject *items) {
  PyObject *copy = PySequence_Tuple(items);
  long sum = 0;
  for (Py_ssize_t i = 0; copy && i < PyTuple_GET_SIZE(copy); ++i)
    sum += PyLong_AsLong(PyTuple_GET_ITEM(copy, i));
  Py_XDECREF(copy);
  return PyLong_FromLong(sum);
}

static PyObject *change(PyObject *items) {
  PyObject *fresh = PyLong_FromLong(123456789);
  int status = fresh ? PyList_Append(items, fresh) : -1;
  Py_XDECREF(fresh);
  if (status == 0 && PyList_Size(items) > 4)
    status = PyList_SetSlice(items, 0, 4, NULL);
  if (status < 0)
    return NULL;
  Py_RETURN_NONE;
}

static PyObject *run(PyObject *module, PyObject *thread) {
  return PyLong_AsLong(thread) % 2 ? change(list) : walk(module, list);
}

static int exec(PyObject *module) { return (list = PyList_New(0)) ? 0 : -1; }

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {"walk", walk, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
