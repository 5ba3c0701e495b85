// RUN: %both --checks='-*,ungil-dict-next-unlocked' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-dict-next-unlocked' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

static PyObject *unlocked(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, size = 0;
  PyObject *key, *value;
  while (PyDict_Next(dict, &pos, &key, &value))
    size += PyUnicode_GET_LENGTH(key);
  return PyLong_FromSsize_t(size);
}
// CHECK: :[[@LINE-4]]:10: error: 'PyDict_Next' walks over the argument 'dict' without a critical section on it; another thread can change the dictionary under the walk and free what it has returned [ungil-dict-next-unlocked]
// CHECK-NEXT: note: 'unlocked' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-6]]:3: note: hold Py_BEGIN_CRITICAL_SECTION on the dictionary around the whole loop

static PyObject *other_object(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, count = 0;
  PyObject *key, *value;
  Py_BEGIN_CRITICAL_SECTION(self);
  while (PyDict_Next(dict, &pos, &key, &value))
    ++count;
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(count);
}
// CHECK: :[[@LINE-5]]:10: error: 'PyDict_Next' walks over the argument 'dict' without a critical section on it
// CHECK-NEXT: note: 'other_object' is a method
// CHECK-NEXT: :[[@LINE-8]]:3: note: the section that is certain to be held here is on something else
// CHECK-NEXT: :[[@LINE-8]]:3: note: hold Py_BEGIN_CRITICAL_SECTION

static PyObject *each_step(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, count = 0;
  PyObject *key, *value;
  int more = 1;
  while (more) {
    Py_BEGIN_CRITICAL_SECTION(dict);
    more = PyDict_Next(dict, &pos, &key, &value);
    Py_END_CRITICAL_SECTION();
    count += more;
  }
  return PyLong_FromSsize_t(count);
}
// CHECK: :[[@LINE-6]]:12: error: the critical section on the argument 'dict' is begun anew for each step of 'PyDict_Next'; another thread can change the dictionary between two steps
// CHECK-NEXT: note: 'each_step' is a method
// CHECK-NEXT: :[[@LINE-9]]:5: note: begin it before the loop, and end it after the loop

static PyObject *stale(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0;
  PyObject *key, *value, *total = PyLong_FromLong(0);
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (total && PyDict_Next(dict, &pos, &key, &value)) {
    PyObject *wanted = PyObject_CallNoArgs(key);
    if (wanted == Py_True)
      Py_SETREF(total, PyNumber_Add(total, value));
    Py_XDECREF(wanted);
  }
  Py_END_CRITICAL_SECTION();
  return total;
}
// CHECK: :[[@LINE-8]]:24: error: 'key' from 'PyDict_Next' is given to a call that can run Python code, which suspends the critical section; another thread can free it meanwhile
// CHECK-NEXT: note: 'stale' is a method
// CHECK-NEXT: :[[@LINE-11]]:{{[0-9]+}}: note: borrowed here
// CHECK-NEXT: :[[@LINE-11]]:24: note: this call can run Python code
// CHECK-NEXT: note: take a reference
// CHECK: :[[@LINE-11]]:{{[0-9]+}}: error: 'value' from 'PyDict_Next' is used after Python code could run, which suspends the critical section; another thread can have freed it
// CHECK-NEXT: note: 'stale' is a method
// CHECK-NEXT: :[[@LINE-16]]:{{[0-9]+}}: note: borrowed here
// CHECK-NEXT: :[[@LINE-16]]:{{[0-9]+}}: note: this call can run Python code, and so suspend the section
// CHECK-NEXT: :[[@LINE-18]]:{{[0-9]+}}: note: take a reference with Py_INCREF before that call

static PyObject *locked(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, size = 0;
  PyObject *key, *value;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (PyDict_Next(dict, &pos, &key, &value)) {
    Py_INCREF(value);
    size += PyObject_Size(value);
    Py_DECREF(value);
    if (size < 0)
      break;
  }
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(size);
}

static PyObject *two_objects(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, count = 0;
  PyObject *key, *value;
  Py_BEGIN_CRITICAL_SECTION2(self, dict);
  while (PyDict_Next(dict, &pos, &key, &value))
    ++count;
  Py_END_CRITICAL_SECTION2();
  return PyLong_FromSsize_t(count);
}

static Py_ssize_t count_items(PyObject *dict) {
  Py_ssize_t pos = 0, count = 0;
  PyObject *key, *value;
  while (PyDict_Next(dict, &pos, &key, &value))
    ++count;
  return count;
}

static PyObject *caller_locks(PyObject *self, PyObject *dict) {
  Py_ssize_t count;
  Py_BEGIN_CRITICAL_SECTION(dict);
  count = count_items(dict);
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(count);
}

static PyObject *copy(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, count = 0;
  PyObject *key, *value, *mine = PyDict_Copy(dict);
  if (mine == NULL)
    return NULL;
  while (PyDict_Next(mine, &pos, &key, &value))
    ++count;
  Py_DECREF(mine);
  return PyLong_FromSsize_t(count);
}

static PyObject *keywords(PyObject *self, PyObject *args, PyObject *kwargs) {
  Py_ssize_t pos = 0, count = 0;
  PyObject *key, *value;
  while (kwargs && PyDict_Next(kwargs, &pos, &key, &value))
    ++count;
  return PyLong_FromSsize_t(count);
}

PyMethodDef methods[] = {{"unlocked", unlocked, METH_O, NULL},
                         {"other_object", other_object, METH_O, NULL},
                         {"each_step", each_step, METH_O, NULL},
                         {"stale", stale, METH_O, NULL},
                         {"locked", locked, METH_O, NULL},
                         {"two_objects", two_objects, METH_O, NULL},
                         {"caller_locks", caller_locks, METH_O, NULL},
                         {"copy", copy, METH_O, NULL},
                         {"keywords", (PyCFunction)(void (*)(void))keywords, METH_VARARGS | METH_KEYWORDS, NULL},
                         {NULL, NULL, 0, NULL}};
// A conversion runs Python code for few types only: possible, and not printed by default.
static PyObject *converted(PyObject *self, PyObject *dict) {
  Py_ssize_t pos = 0, total = 0;
  PyObject *key, *value;
  Py_BEGIN_CRITICAL_SECTION(dict);
  while (PyDict_Next(dict, &pos, &key, &value))
    if (PyNumber_AsSsize_t(key, NULL) > 0)
      total += PyBytes_Size(value);
  Py_END_CRITICAL_SECTION();
  return PyLong_FromSsize_t(total);
}
PyMethodDef conversions[] = {{"converted", converted, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
