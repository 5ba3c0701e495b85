// Setters of capsules race only when others can see the capsule.
// RUN: %both --checks='-*,ungil-known-racy-api' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-known-racy-api' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

static int payload;

static PyObject *of_the_user(PyObject *self, PyObject *capsule) {
  if (PyCapsule_SetPointer(capsule, &payload) < 0)
    return NULL;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:7: warning: 'PyCapsule_SetPointer' has a known data race on free-threaded Python: capsules have no lock
// CHECK-NEXT: note: 'of_the_user' is a method
// CHECK-NEXT: :[[@LINE-6]]:7: note: set it before others can see the capsule

// CHECK-NOT: ungil-known-racy-api

static PyObject *just_made(PyObject *self, PyObject *unused) {
  PyObject *capsule = PyCapsule_New(&payload, NULL, NULL);
  if (!capsule || PyCapsule_SetContext(capsule, &payload) < 0)
    return NULL;
  return capsule;
}

// What an exchange protocol hands over is as likely the caller's alone as not.
static PyObject *from_a_call(PyObject *self, PyObject *exporter) {
  PyObject *capsule = PyObject_CallMethod(exporter, "__dlpack__", NULL);
  if (!capsule || PyCapsule_SetName(capsule, "used") < 0)
    return NULL;
  return capsule;
}

PyMethodDef methods[] = {{"a", of_the_user, METH_O, NULL}, {"b", just_made, METH_NOARGS, NULL},
                         {"c", from_a_call, METH_O, NULL}, {NULL, NULL, 0, NULL}};
