// rule: ungil-dict-next-unlocked
// oracle: tsan
// needs: free-threaded
// driver: threads
// since: 3.13
//
// PyDict_Next takes no lock and lends its references.

#include "fixture.h"

static PyObject *dict;

static PyObject *run(PyObject *module, PyObject *thread) {
  long i = PyLong_AsLong(thread);
  if (i % 2) {
    for (long n = 0; n < 20; ++n) {
      PyObject *key = PyLong_FromLong(1000 + n), *value = PyUnicode_FromFormat("%ld %p", n, (void *)&n);
      if (!key || !value || PyDict_SetItem(dict, key, value) < 0)
        return NULL;
      Py_DECREF(key);
      Py_DECREF(value);
    }
    PyDict_Clear(dict);
    Py_RETURN_NONE;
  }
  PyObject *key, *value;
  Py_ssize_t position = 0, length = 0;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (PyDict_Next(dict, &position, &key, &value)) {
    Py_INCREF(value);
    length += PyUnicode_GET_LENGTH(value);
    Py_DECREF(value);
  }
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(length);
}

static int exec(PyObject *module) { return (dict = PyDict_New()) ? 0 : -1; }

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
