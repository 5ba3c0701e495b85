// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static PyMutex time_mutex;

static PyObject *year(PyObject *self, PyObject *arg) {
  time_t when = (time_t)PyLong_AsLong(arg);
  struct tm *parts = gmtime(&when);
  return PyLong_FromLong(parts ? parts->tm_year : -1);
}
// CHECK: :[[@LINE-3]]:22: {{error|warning}}: 'gmtime' uses state that all threads of the process share; use 'gmtime_r' or one lock [ungil-thread-unsafe-libc]
// CHECK-NEXT: note: 'year' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-5]]:22: note: two threads in 'gmtime' overwrite each other's result

static PyObject *set_locale(PyObject *self, PyObject *arg) {
  setlocale(LC_NUMERIC, "C");
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-3]]:3: {{error|warning}}: 'setlocale' uses state that all threads of the process share; use 'uselocale' or one lock
// CHECK-NEXT: note: 'set_locale' is a method
// CHECK-NEXT: note: two threads in 'setlocale'

static PyObject *ask_locale(PyObject *self, PyObject *arg) { return PyUnicode_FromString(setlocale(LC_NUMERIC, NULL)); }

static PyObject *own_buffer(PyObject *self, PyObject *arg) {
  time_t when = (time_t)PyLong_AsLong(arg);
  struct tm parts;
  return PyLong_FromLong(gmtime_r(&when, &parts) ? parts.tm_year : -1);
}

static PyObject *locked(PyObject *self, PyObject *arg) {
  time_t when = (time_t)PyLong_AsLong(arg);
  PyMutex_Lock(&time_mutex);
  struct tm *parts = gmtime(&when);
  long result = parts ? parts->tm_year : -1;
  PyMutex_Unlock(&time_mutex);
  return PyLong_FromLong(result);
}

static int module_exec(PyObject *module) {
  setlocale(LC_NUMERIC, "C");
  return 0;
}

PyMethodDef methods[] = {{"year", year, METH_O, NULL},
                         {"set_locale", set_locale, METH_O, NULL},
                         {"ask_locale", ask_locale, METH_O, NULL},
                         {"own_buffer", own_buffer, METH_O, NULL},
                         {"locked", locked, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)module_exec}, {0, NULL}};
struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, slots, NULL, NULL, NULL};
// CHECK: end of report
