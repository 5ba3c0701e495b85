// RUN: %both --checks='-*,ungil-noop-lock-shim' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-noop-lock-shim' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s

#ifdef Py_GIL_DISABLED
#define EARLY 1
#endif
// CHECK: :[[@LINE-3]]:8: error: 'Py_GIL_DISABLED' is tested before Python.h is included, which defines it; the test always fails, and locks that depend on it are left out [ungil-noop-lock-shim]
// CHECK-NEXT: :[[@LINE-4]]:8: note: include Python.h first

#if defined(Py_GIL_DISABLED)
#define EARLY_TOO 1
#endif
// CHECK: :[[@LINE-3]]:13: error: 'Py_GIL_DISABLED' is tested before Python.h
// CHECK-NEXT: :[[@LINE-4]]:13: note: include Python.h first

#include <Python.h>

#ifdef Py_GIL_DISABLE
#define LOCK_A(m) PyMutex_Lock(m)
#else
#define LOCK_A(m) ((void)0)
#endif
// CHECK: :[[@LINE-5]]:8: error: 'Py_GIL_DISABLE' is not defined by anybody; the macro of free-threaded builds is 'Py_GIL_DISABLED'
// CHECK-NEXT: :[[@LINE-6]]:8: note: test 'Py_GIL_DISABLED'
// CHECK: :[[@LINE-4]]:9: error: 'LOCK_A' is defined as nothing here, although the build is free-threaded (decided by 'defined(Py_GIL_DISABLE)')
// CHECK-NEXT: :[[@LINE-5]]:9: note: define the empty form under #ifndef Py_GIL_DISABLED only, after Python.h is included

#if PY_VERSION_HEX < 0x030F0000
#undef Py_BEGIN_CRITICAL_SECTION
#undef Py_END_CRITICAL_SECTION
#define Py_BEGIN_CRITICAL_SECTION(op) {
#define Py_END_CRITICAL_SECTION() }
#endif
// CHECK: :[[@LINE-3]]:9: error: 'Py_BEGIN_CRITICAL_SECTION' is defined as nothing here, although the build is free-threaded
// CHECK-NEXT: note: define the empty form
// CHECK: :[[@LINE-4]]:9: error: 'Py_END_CRITICAL_SECTION' is defined as nothing here
// CHECK-NEXT: note: define the empty form

// Nothing below is reported.
// CHECK-NOT: ungil-noop-lock-shim

#ifdef Py_GIL_DISABLED
#define LOCK_B(m) PyMutex_Lock(m)
#else
#define LOCK_B(m) ((void)0)
#endif

// Inactive for every version that has no GIL.
#if PY_VERSION_HEX < 0x030D0000
#define Py_BEGIN_CRITICAL_SECTION2(a, b) {
#endif

// Whether the project has threads at all is not the GIL's business.
#ifdef WITH_THREADS
#define LOCK_C(m) PyMutex_Lock(m)
#else
#define LOCK_C(m) ((void)0)
#endif

// Nobody uses it.
#ifndef Py_GIL_DISABLED
#define LOCK_D(m) PyMutex_Lock(m)
#else
#define LOCK_D(m) ((void)0)
#endif

// A name of the project's own.
#ifdef Py_GIL_DISABLED
#define PY_NOGIL 1
#endif
#ifdef PY_NOGIL
#define FREE_THREADED 1
#endif

static PyMutex mutex;
void uses(PyObject *o) {
  LOCK_A(&mutex);
  LOCK_B(&mutex);
  LOCK_C(&mutex);
  Py_BEGIN_CRITICAL_SECTION(o);
  PyMutex_Unlock(&mutex);
  Py_END_CRITICAL_SECTION();
}
