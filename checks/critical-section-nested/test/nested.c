// RUN: %both --checks='-*,ungil-critical-section-nested' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-critical-section-nested' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

typedef struct {
  PyObject_HEAD
  int n;
} T;

PyMutex mutex;

// The experiment behind the rule: two threads that swap broke the exclusion.
PyObject *swap(PyObject *a, PyObject *b) {
  Py_BEGIN_CRITICAL_SECTION(a);
  int t = ((T *)a)->n;
  Py_BEGIN_CRITICAL_SECTION(b);
  ((T *)a)->n = ((T *)b)->n;
  ((T *)b)->n = t;
  Py_END_CRITICAL_SECTION();
  Py_END_CRITICAL_SECTION();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-7]]:3: warning: the critical section on 'b' is nested in the one on 'a', which is given up while this one is waited for [ungil-critical-section-nested]
// CHECK-NEXT: :[[@LINE-10]]:3: note: the outer section is begun here
// CHECK-NEXT: :[[@LINE-8]]:3: note: used here as if the outer section were held
// CHECK-NEXT: :[[@LINE-10]]:3: note: lock both at once with Py_BEGIN_CRITICAL_SECTION2

void functions(PyObject *a, PyObject *b) {
  PyCriticalSection outer, inner;
  PyCriticalSection_Begin(&outer, a);
  PyCriticalSection_Begin(&inner, b);
  ((T *)b)->n = ((T *)a)->n;
  PyCriticalSection_End(&inner);
  PyCriticalSection_End(&outer);
}
// CHECK: :[[@LINE-5]]:3: warning: the critical section on 'b' is nested in the one on 'a'
// CHECK-NEXT: :[[@LINE-7]]:3: note: the outer section is begun here
// CHECK-NEXT: :[[@LINE-6]]:17: note: used here
// CHECK-NEXT: :[[@LINE-8]]:3: note: lock both

// Nothing below is reported.
// CHECK-NOT: ungil-critical-section-nested

PyObject *both(PyObject *a, PyObject *b) {
  Py_BEGIN_CRITICAL_SECTION2(a, b);
  int t = ((T *)a)->n;
  ((T *)a)->n = ((T *)b)->n;
  ((T *)b)->n = t;
  Py_END_CRITICAL_SECTION2();
  Py_RETURN_NONE;
}

void same_object(PyObject *a) {
  Py_BEGIN_CRITICAL_SECTION(a);
  Py_BEGIN_CRITICAL_SECTION(a);
  ((T *)a)->n++;
  Py_END_CRITICAL_SECTION();
  Py_END_CRITICAL_SECTION();
}

void only_the_inner_object(PyObject *a, PyObject *b) {
  Py_BEGIN_CRITICAL_SECTION(a);
  ((T *)a)->n++;
  Py_BEGIN_CRITICAL_SECTION(b);
  ((T *)b)->n++;
  Py_END_CRITICAL_SECTION();
  Py_END_CRITICAL_SECTION();
}

void read_again_afterwards(PyObject *a, PyObject *b) {
  Py_BEGIN_CRITICAL_SECTION(a);
  Py_BEGIN_CRITICAL_SECTION(b);
  ((T *)b)->n++;
  Py_END_CRITICAL_SECTION();
  ((T *)a)->n++;
  Py_END_CRITICAL_SECTION();
}

void a_mutex_inside(PyObject *a) {
  Py_BEGIN_CRITICAL_SECTION(a);
  PyMutex_Lock(&mutex);
  ((T *)a)->n++;
  PyMutex_Unlock(&mutex);
  Py_END_CRITICAL_SECTION();
}

void the_list_locks_itself(PyObject *a, PyObject *list) {
  Py_BEGIN_CRITICAL_SECTION(a);
  PyList_Append(list, a);
  ((T *)a)->n++;
  Py_END_CRITICAL_SECTION();
}

void one_after_the_other(PyObject *a, PyObject *b) {
  Py_BEGIN_CRITICAL_SECTION(a);
  ((T *)a)->n++;
  Py_END_CRITICAL_SECTION();
  Py_BEGIN_CRITICAL_SECTION(b);
  ((T *)b)->n = ((T *)a)->n;
  Py_END_CRITICAL_SECTION();
}
