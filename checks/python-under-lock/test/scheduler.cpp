// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -std=c++17 | %filecheck %s
// Who runs a lambda decides which lock it can wait for: another unit's scheduler runs it later, elsewhere.
#include <Python.h>

#include <functional>
#include <mutex>

struct Scheduler {
  void run(std::function<void()> task);
};
void each(const std::function<void()> &task);

extern Scheduler scheduler;
static std::mutex later, now;

// Silent: no method takes this lock.
static PyObject *schedules(PyObject *, PyObject *function) {
  scheduler.run([function] {
    std::lock_guard<std::mutex> guard(later);
    PyObject_CallNoArgs(function);
  });
  Py_RETURN_NONE;
}

static PyObject *runs(PyObject *, PyObject *function) {
  each([function] {
    Py_BEGIN_ALLOW_THREADS now.lock();
    Py_END_ALLOW_THREADS PyObject_CallNoArgs(function);
    now.unlock();
  });
  Py_RETURN_NONE;
}
// CHECK: :[[@LINE-5]]:26: warning: 'PyObject_CallNoArgs' can run any Python code while 'now' is held; if that comes back to this module, the thread waits for itself [ungil-python-under-lock]
// CHECK-NEXT: :[[@LINE-7]]:28: note: 'now' is taken here
// CHECK-NEXT: :[[@LINE-8]]:28: note: 'lambda at line [[@LINE-9]]' would wait for it here
// CHECK-NEXT: :[[@LINE-8]]:26: note: {{.*}}

PyMethodDef methods[] = {{"schedules", schedules, METH_O, nullptr},
                         {"runs", runs, METH_O, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
// CHECK: end of report
