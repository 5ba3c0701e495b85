// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-detached-api-call,ungil-clone-without-attached-thread' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// A function that attaches with a state that somebody else has kept was entered detached.
#include <Python.h>

struct run {
  PyThreadState *save;
  PyObject *callback;
};

void notify(struct run *run, PyObject *package) {
  if (run->callback == Py_None)
    return;
  if (package == NULL)
    package = PyUnicode_FromString("");
  else
    Py_INCREF(package);
  PyEval_RestoreThread(run->save);
  Py_XDECREF(PyObject_CallOneArg(run->callback, package));
  Py_DECREF(package);
  run->save = PyEval_SaveThread();
}
// CHECK: :[[@LINE-8]]:15: error: 'PyUnicode_FromString' needs an attached thread state but is called before 'PyEval_RestoreThread' attaches the thread [ungil-detached-api-call]
// CHECK-NEXT: :[[@LINE-6]]:3: note: the thread attaches here with a state that was kept elsewhere, which only a detached thread may do
// CHECK-NEXT: :[[@LINE-10]]:15: note: {{.*}}
// CHECK: :[[@LINE-9]]:5: error: 'Py_INCREF' changes a reference count, before 'PyEval_RestoreThread' attaches the thread; another thread can free the object meanwhile, and the collector can be rewriting the count [ungil-clone-without-attached-thread]
// CHECK-NEXT: :[[@LINE-9]]:3: note: the thread attaches here
// CHECK-NEXT: :[[@LINE-11]]:5: note: {{.*}}

// Silent: entered attached, and detached before.
void waits(struct run *run) {
  PyErr_Clear();
  run->save = PyEval_SaveThread();
  PyEval_RestoreThread(run->save);
}

// Silent: attached on one path only, so the other says nothing of the thread.
void may_attach(struct run *run) {
  PyErr_Clear();
  if (run->save)
    PyEval_RestoreThread(run->save);
}

// Silent: what a detached thread may call.
void frees(struct run *run, void *memory) {
  PyMem_RawFree(memory);
  PyEval_RestoreThread(run->save);
  PyErr_Clear();
}
// CHECK: end of report
