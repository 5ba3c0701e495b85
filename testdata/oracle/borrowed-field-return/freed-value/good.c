// rule: ungil-borrowed-field-return
// oracle: crash
// needs: free-threaded
// driver: threads
// since: 3.13
//
// The writer holds the lock, the reader does not: the value dies before it is counted.

#include "fixture.h"

typedef struct {
  PyObject_HEAD
  PyObject *value;
} Box;
static PyObject *box;

// Its memory goes back as soon as it dies.
static PyObject *fresh(void) { return PyBytes_FromStringAndSize(NULL, 4000); }

static PyObject *get(PyObject *self) {
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(self);
  result = Py_XNewRef(((Box *)self)->value);
  Py_END_CRITICAL_SECTION();
  return result;
}

static PyObject *run(PyObject *module, PyObject *thread) {
  long writes = PyLong_AsLong(thread) % 2;
  for (int i = 0; i < 20000; ++i) {
    if (!writes) {
      Py_XDECREF(get(box));
      continue;
    }
    PyObject *value = fresh();
    if (!value)
      return NULL;
    Py_BEGIN_CRITICAL_SECTION(box);
    Py_XSETREF(((Box *)box)->value, value);
    Py_END_CRITICAL_SECTION();
  }
  Py_RETURN_NONE;
}

static PyType_Slot box_slots[] = {{0, NULL}};
static PyType_Spec box_spec = {"fixture.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT, box_slots};
static int exec(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &box_spec, NULL);
  box = type ? PyObject_CallNoArgs(type) : NULL;
  Py_XDECREF(type);
  return box ? 0 : -1;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, exec)
