// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Functions that foreign code calls back while the caller is detached.
#include <Python.h>
#include <stdlib.h>

int store_query(void *store, int (*row)(void *, const char *), void *argument);

static int add_row(void *list, const char *text) {
  PyObject *item = PyUnicode_FromString(text);
  return item ? PyList_Append((PyObject *)list, item) : -1;
}

static int add_row_attached(void *list, const char *text) {
  PyGILState_STATE state = PyGILState_Ensure();
  int result = add_row(list, text);
  PyGILState_Release(state);
  return result;
}

static int count_row(void *count, const char *text) {
  ++*(int *)count;
  return 0;
}

PyObject *query(PyObject *m, PyObject *list) {
  int failed;
  Py_BEGIN_ALLOW_THREADS
  failed = store_query(NULL, add_row, list);
  Py_END_ALLOW_THREADS
  return PyLong_FromLong(failed);
}
// CHECK: :[[@LINE-4]]:30: error: 'add_row' reaches 'PyUnicode_FromString', which needs an attached thread state, but is called after Py_BEGIN_ALLOW_THREADS detached the thread [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-6]]:3: note: the thread detaches here
// CHECK-NEXT: :[[@LINE-25]]:20: note: in 'add_row', 'PyUnicode_FromString' is called here
// CHECK-NEXT: :[[@LINE-7]]:30: note: move it out of the detached stretch, or attach around it

// Silent: attached, in the callback or around the call; or C only.
PyObject *query_well(PyObject *m, PyObject *list) {
  int count = 0, failed;
  Py_BEGIN_ALLOW_THREADS
  failed = store_query(NULL, add_row_attached, list);
  failed |= store_query(NULL, count_row, &count);
  Py_END_ALLOW_THREADS
  failed |= store_query(NULL, add_row, list);
  return PyLong_FromLong(failed + count);
}
// CHECK: end of report
