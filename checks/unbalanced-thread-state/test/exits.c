// RUN: %both --checks='-*,ungil-unbalanced-thread-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unbalanced-thread-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>
#include <unistd.h>

PyObject *leaves(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0)
    return NULL;
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:5: error: this return leaves 'leaves' with the thread detached; the caller's next use of Python crashes [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-7]]:3: note: the thread detaches here, and its state is only in '_save'
// CHECK-NEXT: :[[@LINE-6]]:5: note: attach again on this path too, with Py_BLOCK_THREADS or PyEval_RestoreThread

PyObject *jumps(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  if (getpid() < 0)
    goto out;
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
out:
  return NULL;
}
// CHECK: :[[@LINE-2]]:3: error: this return leaves 'jumps' with the thread detached; the caller's next use of Python crashes [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-9]]:3: note: the thread detaches here, and its state is only in '_save'
// CHECK-NEXT: :[[@LINE-4]]:3: note: attach again on this path too, with Py_BLOCK_THREADS or PyEval_RestoreThread

PyObject *twice(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  Py_BLOCK_THREADS
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-3]]:3: error: the thread is already attached here; attaching again is a fatal error [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-5]]:3: note: attached here
// CHECK-NEXT: :[[@LINE-5]]:3: note: attach once on each path

PyObject *detaches_twice(PyObject *m, PyObject *a) {
  Py_BEGIN_ALLOW_THREADS
  Py_UNBLOCK_THREADS
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-4]]:3: error: the thread is already detached here; detaching again is a fatal error [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-6]]:3: note: detached here
// CHECK-NEXT: :[[@LINE-6]]:3: note: detach once on each path

int keeps_token(PyObject *callback) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject *r = PyObject_CallNoArgs(callback);
  if (!r)
    return -1;
  Py_DECREF(r);
  PyGILState_Release(state);
  return 0;
}
// CHECK: :[[@LINE-5]]:5: error: this return leaves 'keeps_token' without giving back 'state'; the thread stays attached, and a stop-the-world pause waits for it for ever [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-9]]:28: note: attached here
// CHECK-NEXT: :[[@LINE-7]]:5: note: call PyGILState_Release on this path too

void gives_back_detached(void) {
  PyGILState_STATE state = PyGILState_Ensure();
  PyThreadState *save = PyEval_SaveThread();
  PyGILState_Release(state);
  (void)save;
}
// CHECK: :[[@LINE-3]]:3: error: the attached thread state is given back here while the thread is detached, which is a fatal error [ungil-unbalanced-thread-state]
// CHECK-NEXT: :[[@LINE-5]]:25: note: detached here
// CHECK-NEXT: :[[@LINE-5]]:3: note: attach again before giving the token back
// CHECK: end of report
