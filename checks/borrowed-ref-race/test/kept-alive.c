// Containers that keep what they hold, and what is seldom in the hands of two threads.
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *loops, *user, *lazy;
} Function;

static PyObject *function_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Function *self = (Function *)type->tp_alloc(type, 0);
  if (self == NULL)
    return NULL;
  self->loops = PyDict_New();
  self->user = PyDict_New();
  return (PyObject *)self;
}

// Keys are added and nothing is replaced or removed: what is in the dictionary lives as long as the object.
static PyObject *function_add(PyObject *op, PyObject *key) {
  Function *self = (Function *)op;
  PyObject *found;
  if (PyDict_SetDefaultRef(self->loops, key, key, &found) < 0)
    return NULL;
  Py_DECREF(found);
  return Py_XNewRef(PyDict_GetItemWithError(self->loops, key));
}

// Two functions that add what they have not found: only two of them at once can free anything.
static PyObject *function_register(PyObject *op, PyObject *key) {
  Function *self = (Function *)op;
  if (self->lazy == NULL)
    self->lazy = PyDict_New();
  PyObject *known = PyDict_GetItemWithError(self->lazy, key);
  if (known == NULL && PyErr_Occurred())
    return NULL;
  else if (known == NULL) {
    if (PyDict_SetItem(self->lazy, key, key) < 0)
      return NULL;
  } else {
    return PyLong_FromVoidPtr(PyCapsule_GetPointer(known, NULL));
  }
  Py_RETURN_NONE;
}

// Who only reads cannot know whether those two are kept apart.
static PyObject *function_find(PyObject *op, PyObject *key) {
  Function *self = (Function *)op;
  PyObject *known = PyDict_GetItemWithError(self->lazy, key);
  // CHECK: :[[@LINE-1]]:21: warning: 'PyDict_GetItemWithError' returns a reference borrowed from 'op->lazy'
  // CHECK-NEXT: note: 'function_find' is a method
  // CHECK-NEXT: note: the object can be freed while it is used here
  // CHECK-NEXT: note: 'PyDict_GetItemRef' stores
  return known ? PyLong_FromVoidPtr(PyCapsule_GetPointer(known, NULL)) : NULL;
}

// A value that is replaced.
static PyObject *function_set(PyObject *op, PyObject *key) {
  Function *self = (Function *)op;
  if (PyDict_SetItem(self->user, key, key) < 0)
    return NULL;
  return PyLong_FromVoidPtr(PyCapsule_GetPointer(PyDict_GetItemWithError(self->user, key), NULL));
  // CHECK: :[[@LINE-1]]:50: warning: 'PyDict_GetItemWithError' returns a reference borrowed from 'op->user'
  // CHECK-NEXT: note: 'function_set' is a method
  // CHECK-NEXT: note: the object can be freed while it is used here
  // CHECK-NEXT: note: 'PyDict_GetItemRef' stores
}

// The body of a class statement has filled the dictionary, and nobody else has it yet.
static PyObject *meta_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  const char *name;
  PyObject *bases, *space;
  if (!PyArg_ParseTuple(args, "sO!O!", &name, &PyTuple_Type, &bases, &PyDict_Type, &space))
    return NULL;
  PyObject *slots = PyDict_GetItemString(space, "__slots__");
  return slots ? PyObject_Str(slots) : NULL;
}

// Not every dictionary that a constructor is given.
static PyObject *options_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  PyObject *options;
  if (!PyArg_ParseTuple(args, "O!", &PyDict_Type, &options))
    return NULL;
  PyObject *value = PyDict_GetItemString(options, "value");
  // CHECK: :[[@LINE-1]]:21: warning: 'PyDict_GetItemString' returns a reference borrowed from 'options'
  // CHECK-NEXT: note: 'options_new' is tp_new
  // CHECK-NEXT: note: the object can be freed while it is used here
  // CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores
  return value ? PyObject_Str(value) : NULL;
}

// A method that has the same arguments is no metaclass.
static PyObject *make(PyObject *self, PyObject *args) {
  const char *name;
  PyObject *bases, *space;
  if (!PyArg_ParseTuple(args, "sO!O!", &name, &PyTuple_Type, &bases, &PyDict_Type, &space))
    return NULL;
  PyObject *slots = PyDict_GetItemString(space, "__slots__");
  // CHECK: :[[@LINE-1]]:21: warning: 'PyDict_GetItemString' returns a reference borrowed from 'space'
  // CHECK-NEXT: note: 'make' is a method
  // CHECK-NEXT: note: the object can be freed while it is used here
  // CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores
  return slots ? PyObject_Str(slots) : NULL;
}

// Python code of the package calls what has a private name.
static PyObject *configure(PyObject *self, PyObject *list) {
  PyObject *first = PyList_GetItem(list, 0);
  return first ? PyObject_Str(first) : NULL;
}

// Initialisation makes the table and offers it as an attribute; this code never changes it.
static PyObject *encodings;
static int exec(PyObject *module) {
  encodings = PyDict_New();
  if (encodings == NULL || PyDict_SetItemString(encodings, "UTF8", module) < 0)
    return -1;
  return PyModule_AddObjectRef(module, "encodings", encodings);
}
static PyObject *encoding(PyObject *self, PyObject *name) {
  PyObject *found = PyDict_GetItemWithError(encodings, name);
  return found ? PyObject_Str(found) : NULL;
}

// The same with a method that replaces values.
static PyObject *adapters;
static int exec_adapters(PyObject *module) {
  adapters = PyDict_New();
  return PyModule_AddObjectRef(module, "adapters", adapters);
}
static PyObject *adapt(PyObject *self, PyObject *name) {
  PyObject *found = PyDict_GetItemWithError(adapters, name);
  // CHECK: :[[@LINE-1]]:21: warning: 'PyDict_GetItemWithError' returns a reference borrowed from the global 'adapters'
  // CHECK-NEXT: note: 'adapt' is a method
  // CHECK-NEXT: note: the object can be freed while it is used here
  // CHECK-NEXT: note: 'PyDict_GetItemRef' stores
  return found ? PyObject_Str(found) : NULL;
}
static PyObject *add_adapter(PyObject *self, PyObject *name) {
  return PyLong_FromLong(PyDict_SetItem(adapters, name, name));
}

// Another unit's function may keep the list, or not.
int measure(PyObject *list);
static PyObject *keys_of(PyObject *self, PyObject *dict) {
  PyObject *keys = PyDict_Keys(dict);
  if (keys == NULL || measure(keys) < 0)
    return NULL;
  return PyObject_Str(PyList_GetItem(keys, 0));
}

// A list that the caller's variable holds may be the caller's own.
static void sort_values(PyObject **list) {
  PyObject *first = PyList_GetItem(*list, 0);
  PyList_SetItem(*list, 1, PyObject_Str(first));
}
static PyObject *sorted(PyObject *self, PyObject *args) {
  PyObject *list = PyList_New(2);
  sort_values(&list);
  return list;
}

static PyMethodDef function_methods[] = {{"add", function_add, METH_O, NULL},
                                         {"register", function_register, METH_O, NULL},
                                         {"find", function_find, METH_O, NULL},
                                         {"set", function_set, METH_O, NULL},
                                         {NULL, NULL, 0, NULL}};
static PyMethodDef module_methods[] = {{"make", make, METH_VARARGS, NULL},
                                       {"_configure", configure, METH_O, NULL},
                                       {"encoding", encoding, METH_O, NULL},
                                       {"adapt", adapt, METH_O, NULL},
                                       {"add_adapter", add_adapter, METH_O, NULL},
                                       {"keys_of", keys_of, METH_O, NULL},
                                       {"sorted", sorted, METH_NOARGS, NULL},
                                       {NULL, NULL, 0, NULL}};
static PyType_Slot function_slots[] = {{Py_tp_new, (void *)function_new}, {Py_tp_methods, function_methods}, {0, NULL}};
static PyType_Slot meta_slots[] = {{Py_tp_new, (void *)meta_new}, {0, NULL}};
static PyType_Slot options_slots[] = {{Py_tp_new, (void *)options_new}, {0, NULL}};
PyType_Spec specs[] = {{"kept.Function", sizeof(Function), 0, Py_TPFLAGS_DEFAULT, function_slots},
                       {"kept.Meta", 0, 0, Py_TPFLAGS_DEFAULT, meta_slots},
                       {"kept.Options", 0, 0, Py_TPFLAGS_DEFAULT, options_slots}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {Py_mod_exec, (void *)exec_adapters},
                                   {Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "kept", NULL, 0, module_methods, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_kept(void) { return PyModuleDef_Init(&definition); }
