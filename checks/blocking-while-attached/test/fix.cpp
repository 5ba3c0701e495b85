// RUN: cp %s %t.cpp
// RUN: %clang_tidy -load %plugin '-checks=-*,ungil-blocking-while-attached' --fix --quiet %t.cpp -- -I%py314t -std=c++17 -DPy_GIL_DISABLED=1
// RUN: FileCheck --input-file=%t.cpp --check-prefix=FIXED %s
// RUN: %both --checks='-*,ungil-blocking-while-attached' %t.cpp -- -I%py314t -std=c++17 | FileCheck --check-prefix=AGAIN %s
#include <Python.h>
#include <future>
#include <pthread.h>

std::future<int> &pending();

static PyObject *wait(PyObject *, PyObject *) {
  pthread_t thread = {};
  pthread_join(thread, nullptr);
  return PyLong_FromLong(pending().get());
}

PyMethodDef methods[] = {{"wait", wait, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
// FIXED-LABEL: static PyObject *wait(
// FIXED: pthread_t thread = {};
// FIXED-NEXT: Py_BEGIN_ALLOW_THREADS
// FIXED-NEXT: pthread_join(thread, nullptr);
// FIXED-NEXT: Py_END_ALLOW_THREADS
// FIXED-NEXT: return PyLong_FromLong(pending().get());
// AGAIN-NOT: 'pthread_join'
// AGAIN: 'future::get' waits for another thread
