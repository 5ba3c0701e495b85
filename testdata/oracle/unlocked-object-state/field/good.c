// rule: ungil-unlocked-object-state
// oracle: tsan
// needs: free-threaded
// driver: threads
// since: 3.13
//
// A field of one object, changed by a method in several threads.

#include "fixture.h"

typedef struct {
  PyObject_HEAD
  long count;
} Counter;

static PyObject *counter_add(PyObject *self, PyObject *arg) {
  long result;
  Py_BEGIN_CRITICAL_SECTION(self);
  result = ++((Counter *)self)->count;
  Py_END_CRITICAL_SECTION();
  return PyLong_FromLong(result);
}

static PyMethodDef counter_methods[] = {{"add", counter_add, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot counter_slots[] = {{Py_tp_methods, counter_methods}, {0, NULL}};
static PyType_Spec counter_spec = {"fixture.Counter", sizeof(Counter), 0, Py_TPFLAGS_DEFAULT, counter_slots};

static int exec(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &counter_spec, NULL);
  PyObject *shared = type ? PyObject_CallNoArgs(type) : NULL;
  Py_XDECREF(type);
  if (!shared)
    return -1;
  PyObject *method = PyObject_GetAttrString(shared, "add");
  Py_DECREF(shared);
  int status = method ? PyModule_AddObjectRef(module, "run", method) : -1;
  Py_XDECREF(method);
  return status;
}

static PyMethodDef methods[] = {{NULL, NULL, 0, NULL}};
MODULE(methods, exec)
