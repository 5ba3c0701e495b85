// RUN: %both --checks='-*,ungil-refcount-uniqueness' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-refcount-uniqueness' %s -- -I%py313t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-refcount-uniqueness' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

#define MY_ASSERT(x) ((x) ? (void)0 : Py_FatalError(#x))

typedef struct {
  PyObject_HEAD
  PyObject *buffer;
} Writer;

static PyObject *argument(PyObject *self, PyObject *list) {
  if (Py_REFCNT(list) == 1) {
    PyList_Sort(list);
    return Py_NewRef(list);
  }
  return PySequence_List(list);
}
// CHECK: :[[@LINE-6]]:7: {{error|warning}}: a reference count of 1 does not prove that nobody else uses 'list' on a free-threaded build, and since 3.14 arguments can be lent without being counted; use 'PyUnstable_Object_IsUniquelyReferenced' (Python 3.14, pythoncapi_compat.h before) [ungil-refcount-uniqueness]
// CHECK-NEXT: note: 'argument' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-8]]:7: note: for a temporary that the interpreter passed as argument

static PyObject *field(PyObject *self, PyObject *unused) {
  Writer *writer = (Writer *)self;
  if (Py_REFCNT(writer->buffer) > 2)
    return PySequence_List(writer->buffer);
  return Py_NewRef(writer->buffer);
}
// CHECK: :[[@LINE-4]]:7: {{error|warning}}: a reference count of 2 does not prove that nobody else uses 'writer->buffer' on a free-threaded build; use
// CHECK-NEXT: note: 'field' is a method
// CHECK-NEXT: :[[@LINE-6]]:7: note: keep a critical section around

static PyObject *fresh(PyObject *self, PyObject *unused) {
  PyObject *list = PyList_New(0);
  if (list && Py_REFCNT(list) == 1)
    PyList_Sort(list);
  return list;
}

static PyObject *asserted(PyObject *self, PyObject *object) {
  MY_ASSERT(Py_REFCNT(object) == 1);
  Py_RETURN_NONE;
}

static PyObject *printed(PyObject *self, PyObject *object) {
  return PyLong_FromSsize_t(Py_REFCNT(object));
}

static PyObject *right_question(PyObject *self, PyObject *object) {
#if PY_VERSION_HEX >= 0x030E0000
  if (PyUnstable_Object_IsUniquelyReferenced(object))
#else
  if (Py_REFCNT(object) == 1) // not compiled for the target version
#endif
    return Py_NewRef(object);
  Py_RETURN_NONE;
}

// The interpreter has answered; the count only chooses the words.
static PyObject *worded(PyObject *self, PyObject *object) {
#if PY_VERSION_HEX >= 0x030E0000
  if (!PyUnstable_Object_IsUniquelyReferenced(object)) {
    PyErr_SetString(PyExc_ValueError, Py_REFCNT(object) == 2 ? "used by its caller" : "used elsewhere");
    return NULL;
  }
#endif
  return Py_NewRef(object);
}

static void writer_dealloc(PyObject *self) {
  if (Py_REFCNT(self) == 1)
    return;
  Py_TYPE(self)->tp_free(self);
}

PyMethodDef methods[] = {{"argument", argument, METH_O, NULL}, {"field", field, METH_NOARGS, NULL},
                         {"fresh", fresh, METH_NOARGS, NULL},  {"asserted", asserted, METH_O, NULL},
                         {"printed", printed, METH_O, NULL},   {"right_question", right_question, METH_O, NULL},
                         {"worded", worded, METH_O, NULL},     {NULL, NULL, 0, NULL}};
PyType_Slot slots[] = {{Py_tp_dealloc, (void *)writer_dealloc}, {0, NULL}};
// CHECK: end of report
