// RUN: %both --checks='-*,ungil-critical-section-escape' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-critical-section-escape' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  int open, n;
} File;

#define CHECK_OPEN(file) if (!(file)->open) return NULL

PyObject *returns(PyObject *o) {
  Py_BEGIN_CRITICAL_SECTION(o);
  if (!((File *)o)->open)
    return NULL;
  ((File *)o)->n++;
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:5: error: 'return' leaves a critical section without ending it; the thread state keeps a pointer to a record on this function's stack [ungil-critical-section-escape]
// CHECK-NEXT: :[[@LINE-8]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-7]]:5: note: keep the result in a variable

PyObject *hidden_return(PyObject *o) {
  Py_BEGIN_CRITICAL_SECTION(o);
  CHECK_OPEN((File *)o);
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:3: error: the macro 'CHECK_OPEN' leaves a critical section without ending it
// CHECK-NEXT: :[[@LINE-6]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-6]]:3: note: keep the result

int goes(PyObject *o) {
  Py_BEGIN_CRITICAL_SECTION(o);
  if (!((File *)o)->open)
    goto error;
  Py_END_CRITICAL_SECTION();
  return 0;
error:
  return -1;
}
// CHECK: :[[@LINE-6]]:5: error: 'goto' leaves a critical section
// CHECK-NEXT: :[[@LINE-9]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-8]]:5: note: keep the result

int breaks(PyObject *o) {
  for (int i = 0; i < 3; i++) {
    Py_BEGIN_CRITICAL_SECTION(o);
    if (!((File *)o)->open)
      break;
    if (i == 1)
      continue;
    Py_END_CRITICAL_SECTION();
  }
  return 0;
}
// CHECK: :[[@LINE-7]]:7: error: 'break' leaves a critical section
// CHECK-NEXT: :[[@LINE-10]]:5: note: the section is begun here
// CHECK-NEXT: :[[@LINE-9]]:7: note: keep the result
// CHECK: :[[@LINE-8]]:7: error: 'continue' leaves a critical section
// CHECK-NEXT: :[[@LINE-13]]:5: note: the section is begun here
// CHECK-NEXT: :[[@LINE-10]]:7: note: keep the result

int by_hand(PyObject *o) {
  PyCriticalSection section;
  PyCriticalSection_Begin(&section, o);
  if (!((File *)o)->open)
    return -1;
  PyCriticalSection_End(&section);
  return 0;
}
// CHECK: :[[@LINE-4]]:5: error: 'return' leaves a critical section
// CHECK-NEXT: :[[@LINE-7]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-6]]:5: note: keep the result

int never_ended(PyObject *o) {
  PyCriticalSection section;
  PyCriticalSection_Begin(&section, o);
  return ((File *)o)->n;
}
// CHECK: :[[@LINE-2]]:3: error: 'return' leaves a critical section
// CHECK-NEXT: note: the section is begun here
// CHECK-NEXT: note: keep the result

int two(PyObject *a, PyObject *b) {
  Py_BEGIN_CRITICAL_SECTION2(a, b);
  if (a == b)
    return 0;
  Py_END_CRITICAL_SECTION2();
  return 1;
}
// CHECK: :[[@LINE-4]]:5: error: 'return' leaves a critical section
// CHECK-NEXT: note: the section is begun here
// CHECK-NEXT: note: keep the result

// Silent: the label lies inside the section.
PyObject *label_inside(PyObject *o) {
  PyObject *r = NULL;
  Py_BEGIN_CRITICAL_SECTION(o);
  if (!((File *)o)->open)
    goto done;
  ((File *)o)->n++;
  r = Py_NewRef(Py_None);
done:;
  Py_END_CRITICAL_SECTION();
  return r;
}

// Silent: the loop lies inside the section.
int loop_inside(PyObject *o) {
  Py_BEGIN_CRITICAL_SECTION(o);
  for (int i = 0; i < 3; i++) {
    if (i == ((File *)o)->n)
      break;
    if (i == 1)
      continue;
    ((File *)o)->n++;
  }
  Py_END_CRITICAL_SECTION();
  return 0;
}

// Silent: ended by hand on each path.
int ended_on_each_path(PyObject *o) {
  PyCriticalSection section;
  PyCriticalSection_Begin(&section, o);
  if (!((File *)o)->open) {
    PyCriticalSection_End(&section);
    return -1;
  }
  PyCriticalSection_End(&section);
  return 0;
}

// Silent: begun and ended under the same condition.
int conditional(PyObject *o) {
  const int lock = PyList_CheckExact(o);
  PyCriticalSection section;
  if (lock)
    PyCriticalSection_Begin(&section, o);
  int n = ((File *)o)->n;
  if (lock)
    PyCriticalSection_End(&section);
  return n;
}

// Silent: does not come back.
int fatal(PyObject *o) {
  Py_BEGIN_CRITICAL_SECTION(o);
  if (!((File *)o)->open)
    Py_FatalError("closed");
  Py_END_CRITICAL_SECTION();
  return 0;
}
// CHECK: end of report
