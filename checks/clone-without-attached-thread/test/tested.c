// RUN: %both --checks='-*,ungil-clone-without-attached-thread' %s -- -I%py314t -std=gnu11 | %filecheck %s

// A function that answers what a test of the interpreter's answers is such a test.
#include <Python.h>
#include <pthread.h>

static void defer(PyObject *object) { (void)object; }

static int is_attached(void) { return PyThreadState_GetUnchecked() != NULL; }

static void drop(PyObject *object) {
  if (is_attached())
    Py_DECREF(object);
  else
    defer(object);
}

static int is_known(void) { return 1; }

static void drop_untested(PyObject *object) {
  if (is_known())
    Py_DECREF(object);
}

static void *careful(void *argument) {
  drop((PyObject *)argument);
  return NULL;
}

static void *careless(void *argument) {
  drop_untested((PyObject *)argument);
  return NULL;
}
// CHECK: :[[@LINE-3]]:3: error: 'drop_untested' reaches 'Py_DECREF', which changes a reference count, in 'careless', which is entered detached
// CHECK-NEXT: :[[@LINE+7]]:33: note: 'careless' is handed over here
// CHECK-NEXT: :[[@LINE-14]]:5: note: in 'drop_untested', 'Py_DECREF' is called here
// CHECK-NEXT: :[[@LINE-6]]:3: note: attach around it

static PyObject *start(PyObject *module, PyObject *object) {
  pthread_t thread;
  pthread_create(&thread, NULL, careful, Py_NewRef(object));
  pthread_create(&thread, NULL, careless, Py_NewRef(object));
  Py_RETURN_NONE;
}
PyMethodDef methods[] = {{"start", start, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
