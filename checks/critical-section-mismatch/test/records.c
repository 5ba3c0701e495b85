// Records that are no local variables of the function that begins the section, copies, and NULL.
// RUN: %both --checks='-*,ungil-critical-section-mismatch' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  PyCriticalSection section;
} Keeper;

PyObject *copied(PyObject *self) {
  PyCriticalSection section, copy;
  PyCriticalSection_Begin(&section, self);
  copy = section;
  PyCriticalSection_End(&section);
  return copy._cs_prev ? NULL : self;
}
// CHECK: :[[@LINE-4]]:3: error: the record of a critical section is copied; the thread state points to the first one, and ending the copy damages its list of sections [ungil-critical-section-mismatch]
// CHECK-NEXT: note: begin and end a section with one record

PyObject *on_heap(PyObject *self) {
  PyCriticalSection *section = PyMem_Malloc(sizeof *section);
  PyCriticalSection_Begin(section, self);
  PyCriticalSection_End(section);
  PyMem_Free(section);
  return self;
}
// CHECK: :[[@LINE-5]]:3: error: the record of the critical section is on the heap; sections are a stack of records
// CHECK-NEXT: note: make it a local variable

PyObject *in_object(PyObject *self) {
  PyCriticalSection_Begin(&((Keeper *)self)->section, self);
  PyCriticalSection_End(&((Keeper *)self)->section);
  return self;
}
// CHECK: :[[@LINE-4]]:3: error: the record of the critical section is in an object
// CHECK-NEXT: note: make it a local variable

PyObject *on_null(PyObject *self) {
  Py_BEGIN_CRITICAL_SECTION(NULL);
  Py_INCREF(self);
  Py_END_CRITICAL_SECTION();
  return self;
}
// CHECK: :[[@LINE-5]]:3: error: critical section on NULL; its lock would be at a small address, and locking it crashes
// CHECK-NEXT: note: name the object whose data the section guards

// A record in a struct of the call is as good as a local variable.
typedef struct {
  PyCriticalSection section;
} Call;
PyObject *in_struct_of_call(PyObject *self) {
  Call call;
  PyCriticalSection_Begin(&call.section, self);
  PyCriticalSection_End(&call.section);
  return self;
}
// CHECK-NEXT: end of report
