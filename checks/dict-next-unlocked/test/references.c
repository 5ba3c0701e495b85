// Keys and values of a walk inside the section: how long they stay valid.
// RUN: %both --checks='-*,ungil-dict-next-unlocked' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-dict-next-unlocked' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *last;
} Counter;

// Clearing a field can run a finalizer.
static PyObject *after_clear(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, length = 0;
  PyObject *key, *value;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (PyDict_Next(dict, &pos, &key, &value)) {
    Py_CLEAR(((Counter *)self)->last);
    length += PyUnicode_GET_LENGTH(key);
  }
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(length);
}
// CHECK: :[[@LINE-5]]:{{[0-9]+}}: error: 'key' from 'PyDict_Next' is used after a reference was dropped, which can run a finalizer, which suspends the critical section; another thread can have freed it [ungil-dict-next-unlocked]
// CHECK-NEXT: note: 'after_clear' is a method
// CHECK-NEXT: :[[@LINE-9]]:{{[0-9]+}}: note: borrowed here
// CHECK-NEXT: :[[@LINE-9]]:{{[0-9]+}}: note: this can run a finalizer, and so suspend the section
// CHECK-NEXT: note: take a reference with Py_INCREF before that call

// A reference of its own does not help any more once it is dropped.
static PyObject *after_own_decrement(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0;
  PyObject *key, *value;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (PyDict_Next(dict, &pos, &key, &value)) {
    Py_INCREF(key);
    Py_INCREF(value);
    PyObject *result = PyObject_CallOneArg(self, value);
    Py_DECREF(key);
    Py_DECREF(value);
    if (result == NULL) {
      PyErr_Format(PyExc_ValueError, "%S", key);
      break;
    }
    Py_DECREF(result);
  }
  Py_END_CRITICAL_SECTION();
  return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}
// CHECK: :[[@LINE-8]]:7: error: 'key' from 'PyDict_Next' is used after Python code could run, which suspends the critical section; another thread can have freed it
// CHECK-NEXT: note: 'after_own_decrement' is a method
// CHECK-NEXT: :[[@LINE-17]]:{{[0-9]+}}: note: borrowed here
// CHECK-NEXT: :[[@LINE-15]]:{{[0-9]+}}: note: this call can run Python code, and so suspend the section
// CHECK-NEXT: note: take a reference

// The call itself needs the value while it runs.
static PyObject *given(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0;
  PyObject *key, *value;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (PyDict_Next(dict, &pos, &key, &value)) {
    PyObject *result = PyObject_CallOneArg(self, value);
    if (result == NULL)
      break;
    Py_DECREF(result);
  }
  Py_END_CRITICAL_SECTION();
  return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}
// CHECK: :[[@LINE-8]]:24: error: 'value' from 'PyDict_Next' is given to a call that can run Python code, which suspends the critical section; another thread can free it meanwhile
// CHECK-NEXT: note: 'given' is a method
// CHECK-NEXT: :[[@LINE-11]]:{{[0-9]+}}: note: borrowed here
// CHECK-NEXT: :[[@LINE-11]]:24: note: this call can run Python code
// CHECK-NEXT: note: take a reference

// Through a helper that runs Python code.
static int report(PyObject *callback, PyObject *value) {
  PyObject *result = PyObject_CallOneArg(callback, value);
  Py_XDECREF(result);
  return result ? 0 : -1;
}
static PyObject *through_helper(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, length = 0;
  PyObject *key, *value;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (PyDict_Next(dict, &pos, &key, &value)) {
    if (report(self, value) < 0)
      break;
    length += PyUnicode_GET_LENGTH(key);
  }
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(length);
}
// CHECK: :[[@LINE-5]]:{{[0-9]+}}: error: 'key' from 'PyDict_Next' is used after Python code could run
// CHECK-NEXT: note: 'through_helper' is a method
// CHECK-NEXT: :[[@LINE-10]]:{{[0-9]+}}: note: borrowed here
// CHECK-NEXT: :[[@LINE-10]]:9: note: this call can run Python code
// CHECK-NEXT: note: take a reference

// Nothing below is reported.
// CHECK-NOT: error:
// CHECK-NOT: warning:

// References are held for as long as they are needed.
static PyObject *held(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0;
  PyObject *key, *value;
  int failed = 0;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (!failed && PyDict_Next(dict, &pos, &key, &value)) {
    Py_INCREF(key);
    Py_INCREF(value);
    PyObject *result = PyObject_CallFunctionObjArgs(self, key, value, NULL);
    failed = result == NULL;
    if (failed)
      PyErr_Format(PyExc_ValueError, "%S", key);
    Py_XDECREF(result);
    Py_DECREF(key);
    Py_DECREF(value);
  }
  Py_END_CRITICAL_SECTION();
  return failed ? NULL : Py_NewRef(Py_None);
}

// A string has no finalizer.
static PyObject *after_string(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, length = 0;
  PyObject *key, *value;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (PyDict_Next(dict, &pos, &key, &value)) {
    PyObject *text = PyUnicode_FromFormat("%zd", pos);
    Py_XDECREF(text);
    length += PyUnicode_GET_LENGTH(key);
  }
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(length);
}

PyMethodDef methods[] = {{"clear", after_clear, METH_O, NULL},
                         {"decrement", after_own_decrement, METH_O, NULL},
                         {"given", given, METH_O, NULL},
                         {"helper", through_helper, METH_O, NULL},
                         {"held", held, METH_O, NULL},
                         {"string", after_string, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
