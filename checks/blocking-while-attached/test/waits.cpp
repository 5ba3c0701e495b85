// RUN: %both --checks='-*,ungil-blocking-while-attached' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <pthread.h>
#include <thread>

int work();

static void call_back(void *callback) {
  PyGILState_STATE state = PyGILState_Ensure();
  Py_XDECREF(PyObject_CallNoArgs(static_cast<PyObject *>(callback)));
  PyGILState_Release(state);
}
static void pure(void *) { work(); }

static PyObject *run(PyObject *, PyObject *callback) {
  std::thread worker(call_back, callback);
  worker.join();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-3]]:3: warning: 'thread::join' waits for another thread while this one is attached; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach [ungil-blocking-while-attached]
// CHECK-NEXT: :[[@LINE+47]]:13: note: 'run' is a method; the interpreter calls it attached
// CHECK-NEXT: :[[@LINE-5]]:3: note: detach around it: Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS, or a gil_scoped_release in a block of its own

static pthread_t thread;
static void finish(void) { pthread_join(thread, nullptr); }
static PyObject *stop(PyObject *, PyObject *) {
  finish();
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:28: warning: 'pthread_join' waits for another thread while this one is attached; a stop-the-world pause must wait for it, and the two deadlock if the other thread needs to attach [ungil-blocking-while-attached]
// CHECK-NEXT: :[[@LINE+38]]:14: note: 'stop' is a method; the interpreter calls it attached
// CHECK-NEXT: :[[@LINE-5]]:3: note: which calls 'finish' here
// CHECK-NEXT: :[[@LINE-8]]:28: note: detach around it: Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS, or a gil_scoped_release in a block of its own

// Silent: detached.
static PyObject *run_detached(PyObject *, PyObject *callback) {
  std::thread worker(call_back, callback);
  Py_BEGIN_ALLOW_THREADS
  worker.join();
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// Silent: the threads never attach.
static PyObject *run_pure(PyObject *, PyObject *callback) {
  std::thread worker(pure, callback);
  worker.join();
  Py_RETURN_NONE;
}

// Silent: the helper is called in both states.
static void either() { pthread_join(thread, nullptr); }
static PyObject *sometimes(PyObject *, PyObject *) {
  either();
  Py_BEGIN_ALLOW_THREADS
  either();
  Py_END_ALLOW_THREADS
  Py_RETURN_NONE;
}

// Silent: nobody knows who calls it.
void wait_for_all() { pthread_join(thread, nullptr); }



PyMethodDef methods[] = {
    // (the notes above name these lines)
    {"run", run, METH_O, nullptr},
    {"stop", stop, METH_NOARGS, nullptr}, {"run_detached", run_detached, METH_O, nullptr},
    {"run_pure", run_pure, METH_O, nullptr}, {"sometimes", sometimes, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr}};
// CHECK: end of report
