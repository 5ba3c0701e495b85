// Other ways to look at the count.
// RUN: %both --checks='-*,ungil-refcount-uniqueness' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

#define IS_UNIQUE(object) (Py_REFCNT(object) == 1)

typedef struct {
  PyObject_HEAD
  PyObject *buffer;
} Box;

static PyObject *by_macro(PyObject *self, PyObject *unused) {
  if (IS_UNIQUE(((Box *)self)->buffer))
    PyBytes_AS_STRING(((Box *)self)->buffer)[0] = 0;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:7: {{error|warning}}: a reference count of 1 does not prove that nobody else uses '((Box *)self)->buffer'
// CHECK-NEXT: note: 'by_macro' is a method; several threads can run it at once
// CHECK-NEXT: note: keep a critical section around the test and the change when others can reach the object

static int is_unique(PyObject *object) { return Py_REFCNT(object) == 1; }
static PyObject *by_function(PyObject *self, PyObject *unused) {
  if (is_unique(((Box *)self)->buffer))
    PyBytes_AS_STRING(((Box *)self)->buffer)[0] = 0;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-6]]:49: {{error|warning}}: a reference count of 1 does not prove that nobody else uses 'object'
// CHECK-NEXT: note: 'by_function' is a method; several threads can run it at once
// CHECK-NEXT: note: which calls 'is_unique' here
// CHECK-NEXT: note: for a temporary that the interpreter passed as argument, 'PyUnstable_Object_IsUniqueRefere

static PyObject *by_switch(PyObject *self, PyObject *unused) {
  switch (Py_REFCNT(((Box *)self)->buffer)) {
  case 1:
    PyBytes_AS_STRING(((Box *)self)->buffer)[0] = 0;
    break;
  default:
    break;
  }
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-8]]:3: {{error|warning}}: a reference count of 1 does not prove that nobody else uses '((Box *)self)->buffer'
// CHECK-NEXT: note: 'by_switch' is a method; several threads can run it at once
// CHECK-NEXT: note: keep a critical section around the test and the change when others can reach the object

static PyObject *by_variable(PyObject *self, PyObject *unused) {
  Py_ssize_t count = Py_REFCNT(((Box *)self)->buffer);
  if (count < 2)
    PyBytes_AS_STRING(((Box *)self)->buffer)[0] = 0;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:7: {{error|warning}}: a reference count of 2 does not prove
// CHECK-NEXT: note: 'by_variable' is a method; several threads can run it at once
// CHECK-NEXT: note: keep a critical section around the test and the change when others can reach the object

// Half of the count is even less.
static PyObject *by_field(PyObject *self, PyObject *unused) {
  PyObject *buffer = ((Box *)self)->buffer;
  if (buffer->ob_ref_local == 1)
    PyBytes_AS_STRING(buffer)[0] = 0;
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:7: {{error|warning}}: a reference count of 1 does not prove that nobody else uses 'buffer'
// CHECK-NEXT: note: 'by_field' is a method; several threads can run it at once
// CHECK-NEXT: note: keep a critical section around the test and the change when others can reach the object

PyMethodDef methods[] = {{"macro", by_macro, METH_NOARGS, NULL},
                         {"function", by_function, METH_NOARGS, NULL},
                         {"switch", by_switch, METH_NOARGS, NULL},
                         {"variable", by_variable, METH_NOARGS, NULL},
                         {"field", by_field, METH_NOARGS, NULL},
                         {NULL, NULL, 0, NULL}};
// CHECK: end of report
