// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *cache;
  PyMutex mutex;
} Box;

static PyObject *names; // made by initialisation, changed by nobody

static int module_exec(PyObject *module) {
  names = PyDict_New();
  return names ? PyDict_SetItemString(names, "one", Py_None) : -1;
}

static PyObject *from_constant_table(PyObject *self, PyObject *key) {
  return Py_XNewRef(PyDict_GetItem(names, key));
}

static PyObject *from_fresh(PyObject *self, PyObject *arg) {
  PyObject *copy = PySequence_List(arg);
  if (copy == NULL)
    return NULL;
  PyObject *item = PyList_GetItem(copy, 0);
  Py_XINCREF(item);
  Py_DECREF(copy);
  return item;
}

static PyObject *make_options(void) {
  PyObject *options = PyDict_New();
  if (options == NULL)
    return NULL;
  PyDict_SetItemString(options, "depth", Py_None);
  return options;
}

static PyObject *from_fresh_of_helper(PyObject *self, PyObject *arg) {
  PyObject *options = make_options();
  PyObject *depth = options ? PyDict_GetItemString(options, "depth") : NULL;
  Py_XINCREF(depth);
  Py_XDECREF(options);
  return depth;
}

static int has_depth(PyObject *options) {
  PyObject *depth = PyDict_GetItemString(options, "depth");
  return depth && PyObject_IsTrue(depth);
}

static PyObject *in_callee(PyObject *self, PyObject *arg) {
  PyObject *options = make_options();
  int found = options && has_depth(options);
  Py_XDECREF(options);
  return PyBool_FromLong(found);
}

static PyObject *from_keywords(PyObject *self, PyObject *args, PyObject *kwargs) {
  PyObject *mode = kwargs ? PyDict_GetItemString(kwargs, "mode") : NULL;
  Py_XINCREF(mode);
  return mode;
}

static PyObject *only_compared(PyObject *self, PyObject *dict) {
  if (PyDict_GetItemString(dict, "flag") != NULL)
    Py_RETURN_TRUE;
  PyObject *other = PyDict_GetItemString(dict, "other");
  if (other == Py_None)
    Py_RETURN_NONE;
  Py_RETURN_FALSE;
}

static PyObject *from_tuple(PyObject *self, PyObject *tuple) {
  return Py_XNewRef(PyTuple_GetItem(tuple, 0));
}

static PyObject *in_section(PyObject *self, PyObject *dict) {
  PyObject *value;
  Py_BEGIN_CRITICAL_SECTION(dict);
  value = PyDict_GetItemString(dict, "value");
  Py_XINCREF(value);
  Py_END_CRITICAL_SECTION();
  return value;
}

static PyObject *value_lock_held(PyObject *dict) {
  PyObject *value = PyDict_GetItemString(dict, "value");
  Py_XINCREF(value);
  return value;
}

static PyObject *through_contract(PyObject *self, PyObject *dict) {
  PyObject *value;
  Py_BEGIN_CRITICAL_SECTION(dict);
  value = value_lock_held(dict);
  Py_END_CRITICAL_SECTION();
  return value;
}

// The dictionary never leaves the box, and one mutex is held wherever it is read or changed.
static PyObject *get_guarded(PyObject *self, PyObject *key) {
  Box *box = (Box *)self;
  PyMutex_Lock(&box->mutex);
  PyObject *value = PyDict_GetItem(box->cache, key);
  Py_XINCREF(value);
  PyMutex_Unlock(&box->mutex);
  return value;
}

static PyObject *set_guarded(PyObject *self, PyObject *key) {
  Box *box = (Box *)self;
  PyMutex_Lock(&box->mutex);
  PyDict_SetItem(box->cache, key, Py_None);
  PyMutex_Unlock(&box->mutex);
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"from_constant_table", from_constant_table, METH_O, NULL},
                         {"from_fresh", from_fresh, METH_O, NULL},
                         {"from_fresh_of_helper", from_fresh_of_helper, METH_O, NULL},
                         {"in_callee", in_callee, METH_O, NULL},
                         {"from_keywords", (PyCFunction)(void (*)(void))from_keywords, METH_VARARGS | METH_KEYWORDS, NULL},
                         {"only_compared", only_compared, METH_O, NULL},
                         {"from_tuple", from_tuple, METH_O, NULL},
                         {"in_section", in_section, METH_O, NULL},
                         {"through_contract", through_contract, METH_O, NULL},
                         {"get_guarded", get_guarded, METH_O, NULL},
                         {"set_guarded", set_guarded, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)module_exec}, {0, NULL}};
struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, methods, slots, NULL, NULL, NULL};
// CHECK: end of report
