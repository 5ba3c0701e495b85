// RUN: %both --checks='-*,ungil-critical-section-mismatch' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-critical-section-mismatch' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

void work(void);

typedef struct {
  int size;
  void *table;
} Map;

typedef struct Hidden Hidden;

typedef struct {
  PyObject_HEAD
  int n;
} Counter;

PyCriticalSection shared;
// CHECK: :[[@LINE-1]]:19: error: the record 'shared' of a critical section is in static storage; two threads, or one thread twice, would use it at once [ungil-critical-section-mismatch]
// CHECK-NEXT: :[[@LINE-2]]:19: note: make it a local variable

void out_of_order(PyObject *a, PyObject *b) {
  PyCriticalSection x, y;
  PyCriticalSection_Begin(&x, a);
  PyCriticalSection_Begin(&y, b);
  PyCriticalSection_End(&x);
  PyCriticalSection_End(&y);
}
// CHECK: :[[@LINE-3]]:3: error: a critical section is ended here while one that was begun later is open; sections must end in reverse order
// CHECK-NEXT: :[[@LINE-6]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-6]]:3: note: this one is still open; end it first

void not_begun(PyObject *a, int begin) {
  PyCriticalSection x;
  if (begin > 3)
    PyCriticalSection_Begin(&x, a);
  work();
  PyCriticalSection_End(&x);
}
// CHECK: :[[@LINE-2]]:3: error: a critical section is ended here that is not open on every path
// CHECK-NEXT: :[[@LINE-3]]:3: note: begin and end it on the same paths

void detached(PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  PyCriticalSection x;
  PyCriticalSection_Begin(&x, a);
  work();
  PyCriticalSection_End(&x);
  Py_END_ALLOW_THREADS
}
// CHECK: :[[@LINE-5]]:3: error: a critical section is begun here while the thread is detached
// CHECK-NEXT: :[[@LINE-6]]:3: note: begin it before Py_BEGIN_ALLOW_THREADS, or use a PyMutex

void no_object(Map *map) {
  Py_BEGIN_CRITICAL_SECTION(map);
  map->size++;
  Py_END_CRITICAL_SECTION();
}
// CHECK: :[[@LINE-4]]:3: error: critical section on a 'Map', which is no Python object; its lock would be in the middle of the struct's own data
// CHECK-NEXT: :[[@LINE-5]]:3: note: give the struct a PyMutex, and lock that

void outlives_state(PyObject *a) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyCriticalSection x;
  PyCriticalSection_Begin(&x, a);
  work();
  PyGILState_Release(state);
  PyCriticalSection_End(&x);
}
// CHECK: :[[@LINE-3]]:3: error: 'PyGILState_Release' is called while a critical section is open that was begun after 'PyGILState_Ensure'
// CHECK-NEXT: :[[@LINE-6]]:3: note: the section is begun here
// CHECK-NEXT: :[[@LINE-5]]:3: note: end the section before 'PyGILState_Release'

// Silent.
void in_order(PyObject *a, PyObject *b) {
  PyCriticalSection x, y;
  PyCriticalSection_Begin(&x, a);
  PyCriticalSection_Begin(&y, b);
  PyCriticalSection_End(&y);
  PyCriticalSection_End(&x);
}

void two(PyObject *a, PyObject *b) {
  PyCriticalSection2 x;
  PyCriticalSection2_Begin(&x, a, b);
  work();
  PyCriticalSection2_End(&x);
}

void detaches_inside(PyObject *a) {
  Py_BEGIN_CRITICAL_SECTION(a);
  Py_BEGIN_ALLOW_THREADS
  work();
  Py_END_ALLOW_THREADS
  Py_END_CRITICAL_SECTION();
}

void state_inside(PyObject *a) {
  Py_BEGIN_CRITICAL_SECTION(a);
  PyGILState_STATE state = PyGILState_Ensure();
  work();
  PyGILState_Release(state);
  Py_END_CRITICAL_SECTION();
}

void conditional(PyObject *a, int lock) {
  PyCriticalSection x;
  if (lock)
    PyCriticalSection_Begin(&x, a);
  work();
  if (lock)
    PyCriticalSection_End(&x);
}

void objects(Counter *counter, PyTypeObject *type, Hidden *hidden) {
  Py_BEGIN_CRITICAL_SECTION(counter);
  Py_END_CRITICAL_SECTION();
  Py_BEGIN_CRITICAL_SECTION(type);
  Py_END_CRITICAL_SECTION();
  Py_BEGIN_CRITICAL_SECTION(hidden);
  Py_END_CRITICAL_SECTION();
}
// CHECK: end of report
