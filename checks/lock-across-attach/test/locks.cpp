// RUN: %both --checks='-*,ungil-lock-across-attach' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <mutex>

int work();

static std::mutex logging;
static PyObject *log_it(PyObject *, PyObject *item) {
  std::lock_guard<std::mutex> guard(logging);
  PyObject *text = PyObject_Repr(item);
  Py_XDECREF(text);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:31: error: an attached thread waits for 'logging', which 'log_it' holds while it runs Python code; a stop-the-world pause between the two never ends [ungil-lock-across-attach]
// CHECK-NEXT: :[[@LINE-6]]:31: note: in 'log_it', 'logging' is taken here
// CHECK-NEXT: :[[@LINE-6]]:20: note: 'PyObject_Repr' runs Python code here, which may have to wait for the pause
// CHECK-NEXT: :[[@LINE-8]]:31: note: detach before waiting for the lock and release it before attaching, or use a PyMutex, whose waiters detach

static std::mutex queue;
static PyObject *push(PyObject *, PyObject *) {
  queue.lock();
  work();
  queue.unlock();
  Py_RETURN_NONE;
}
static PyObject *notify(PyObject *, PyObject *callback) {
  PyThreadState *save = PyEval_SaveThread();
  queue.lock();
  PyGILState_STATE state = PyGILState_Ensure();
  PyObject_CallNoArgs(callback);
  PyGILState_Release(state);
  queue.unlock();
  PyEval_RestoreThread(save);
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-15]]:3: error: an attached thread waits for 'queue', which 'notify' holds while it attaches; a stop-the-world pause between the two never ends [ungil-lock-across-attach]
// CHECK-NEXT: :[[@LINE-9]]:3: note: in 'notify', 'queue' is taken here
// CHECK-NEXT: :[[@LINE-9]]:28: note: 'PyGILState_Ensure' attaches here, and may have to wait for the pause
// CHECK-NEXT: :[[@LINE-18]]:3: note: detach before waiting for the lock and release it before attaching, or use a PyMutex, whose waiters detach

// Silent: every wait is detached.
static std::mutex connection;
static PyObject *execute(PyObject *, PyObject *callback) {
  PyThreadState *save = PyEval_SaveThread();
  connection.lock();
  PyEval_RestoreThread(save);
  PyObject_CallNoArgs(callback);
  save = PyEval_SaveThread();
  connection.unlock();
  PyEval_RestoreThread(save);
  Py_RETURN_NONE;
}

// Silent: the lock covers C code only.
static std::mutex counter;
static PyObject *count(PyObject *, PyObject *item) {
  PyObject *text = PyObject_Repr(item);
  {
    std::lock_guard<std::mutex> guard(counter);
    work();
  }
  return text;
}

// Silent: waiting detaches.
static PyMutex own;
static PyObject *with_pymutex(PyObject *, PyObject *item) {
  PyMutex_Lock(&own);
  PyObject *text = PyObject_Repr(item);
  PyMutex_Unlock(&own);
  return text;
}

PyMethodDef methods[] = {{"log_it", log_it, METH_O, nullptr}, {"push", push, METH_NOARGS, nullptr},
    {"notify", notify, METH_O, nullptr}, {"execute", execute, METH_O, nullptr}, {"count", count, METH_O, nullptr},
    {"with_pymutex", with_pymutex, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
// CHECK: end of report
