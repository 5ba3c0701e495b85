// rule: ungil-dict-next-unlocked
// oracle: crash
// needs: free-threaded
// driver: threads
// since: 3.13
// pymalloc-debug: what is freed is filled, so that a use of it is seen
//
// The table is replaced and freed under the walk.

#include "fixture.h"

static PyObject *dict;

static PyObject *run(PyObject *module, PyObject *thread) {
  long writes = PyLong_AsLong(thread) % 2;
  for (int i = 0; i < 100; ++i) {
    if (writes) {
      for (long n = 0; n < 1000; ++n) {
        PyObject *key = PyLong_FromLong(1000 + n), *value = PyBytes_FromStringAndSize(NULL, 4000);
        if (!key || !value || PyDict_SetItem(dict, key, value) < 0)
          return NULL;
        Py_DECREF(key);
        Py_DECREF(value);
      }
      PyDict_Clear(dict);
      continue;
    }
    PyObject *key, *value;
    Py_ssize_t position = 0;
    Py_BEGIN_CRITICAL_SECTION(dict);
    while (PyDict_Next(dict, &position, &key, &value)) {
      if (PyObject_Size(value) < 0)
        PyErr_Clear();
    }
    Py_END_CRITICAL_SECTION();
  }
  Py_RETURN_NONE;
}

static int exec(PyObject *module) { return (dict = PyDict_New()) ? 0 : -1; }

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
