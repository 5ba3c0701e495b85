// Where the container comes from: attributes, elements of other containers, types, modules.
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-ref-race' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyObject *observer; // a weak reference, made once
} Subject;

static PyObject *of_attribute(PyObject *self, PyObject *object) {
  PyObject *items = PyObject_GetAttrString(object, "items");
  PyObject *first = items ? PyList_GetItem(items, 0) : NULL;
  Py_XINCREF(first);
  Py_XDECREF(items);
  return first;
}
// CHECK: :[[@LINE-5]]:29: {{error|warning}}: 'PyList_GetItem' returns a reference borrowed from the value of an attribute, which another thread can change before the reference is taken
// CHECK-NEXT: note: 'of_attribute' is a method; several threads can run it at once
// CHECK-NEXT: note: the object can be freed before its reference count is incremented here
// CHECK-NEXT: note: 'PyList_GetItemRef' takes the same arguments and returns a strong reference: drop an incre

static PyObject *of_element(PyObject *self, PyObject *args) {
  PyObject *options = PyTuple_GetItem(args, 0);
  return PyObject_Str(PyDict_GetItemString(options, "name"));
}
// CHECK: :[[@LINE-2]]:23: {{error|warning}}: 'PyDict_GetItemString' returns a reference borrowed from an element of the arguments, which another thread can change
// CHECK-NEXT: note: 'of_element' is a method; several threads can run it at once
// CHECK-NEXT: note: the object can be freed while it is used here
// CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores a strong reference through its last argument and returns 

static PyObject *of_type(PyObject *self, PyObject *name) {
  PyObject *found = PyDict_GetItemWithError(Py_TYPE(self)->tp_dict, name);
  Py_XINCREF(found);
  return found;
}
// CHECK: :[[@LINE-4]]:21: {{error|warning}}: 'PyDict_GetItemWithError' returns a reference borrowed from the dictionary of a type, which another thread can change before the reference is taken
// CHECK-NEXT: note: 'of_type' is a method; several threads can run it at once
// CHECK-NEXT: note: the object can be freed before its reference count is incremented here
// CHECK-NEXT: note: 'PyDict_GetItemRef' stores a strong reference through its last argument and returns 1, 0 w

// The weak reference is the object's own, but what it refers to can die at any time.
static PyObject *notify(PyObject *self, PyObject *unused) {
  PyObject *observer = PyWeakref_GetObject(((Subject *)self)->observer);
  if (observer == Py_None)
    Py_RETURN_NONE;
  return PyObject_CallMethod(observer, "notify", NULL);
}
// CHECK: :[[@LINE-5]]:24: {{error|warning}}: 'PyWeakref_GetObject' returns a reference borrowed from a weak reference, which another thread can change before it is used; use 'PyWeakref_GetRef' (Python 3.13, pythoncapi_compat.h before)
// CHECK-NEXT: note: 'notify' is a method; several threads can run it at once
// CHECK-NEXT: note: the object can be freed while it is used here
// CHECK-NEXT: note: get a strong reference from 'PyWeakref_GetRef', and add Py_DECREF on every path after the 

// The section is suspended while the callback runs, and nothing else keeps the callback alive.
static PyObject *called_in_section(PyObject *self, PyObject *dict) {
  PyObject *result = NULL;
  Py_BEGIN_CRITICAL_SECTION(dict);
  PyObject *callback = PyDict_GetItemString(dict, "callback");
  if (callback)
    result = PyObject_CallNoArgs(callback);
  Py_END_CRITICAL_SECTION();
  return result;
}
// CHECK: :[[@LINE-6]]:24: {{error|warning}}: 'PyDict_GetItemString' returns a reference borrowed from the argument 'dict', which another thread can change before it is used
// CHECK-NEXT: note: 'called_in_section' is a method; several threads can run it at once
// CHECK-NEXT: note: the object can be freed while it is used here
// CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores a strong reference through its last argument and returns 

// A reference that is dropped again does not help what comes after Python code.
static PyObject *dropped_too_early(PyObject *self, PyObject *dict) {
  PyObject *value = PyDict_GetItemString(dict, "value");
  if (value == NULL)
    Py_RETURN_NONE;
  Py_INCREF(value);
  PyObject *result = PyObject_CallNoArgs(self);
  Py_DECREF(value);
  Py_XDECREF(result);
  return PyObject_Str(value);
}
// CHECK: :[[@LINE-9]]:21: error: 'PyDict_GetItemString' returns a reference borrowed from the argument 'dict', which another thread can change before it is used
// CHECK-NEXT: note: 'dropped_too_early' is a method
// CHECK-NEXT: :[[@LINE-7]]:22: note: Python code can run here
// CHECK-NEXT: :[[@LINE-5]]:10: note: the object can be freed before it is used here
// CHECK-NEXT: note: 'PyDict_GetItemStringRef' stores a strong reference

// An element of what only this call has may be anything: possible, and not printed by default.
// CHECK-NOT: error:
// CHECK-NOT: warning:
// Who changes the builtins?
static PyObject *of_builtins(PyObject *self, PyObject *unused) {
  PyObject *print = PyDict_GetItemString(PyEval_GetBuiltins(), "print");
  return print ? PyObject_CallNoArgs(print) : NULL;
}
static PyObject *of_own_tuple(PyObject *self, PyObject *object) {
  PyObject *parts = PySequence_Tuple(object);
  if (parts == NULL)
    return NULL;
  PyObject *text = PyObject_Str(PyDict_GetItemString(PyTuple_GetItem(parts, 0), "name"));
  Py_DECREF(parts);
  return text;
}

PyMethodDef methods[] = {{"attribute", of_attribute, METH_O, NULL},
                         {"element", of_element, METH_VARARGS, NULL},
                         {"type", of_type, METH_O, NULL},
                         {"builtins", of_builtins, METH_NOARGS, NULL},
                         {"notify", notify, METH_NOARGS, NULL},
                         {"section", called_in_section, METH_O, NULL},
                         {"dropped", dropped_too_early, METH_O, NULL},
                         {"own", of_own_tuple, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};
