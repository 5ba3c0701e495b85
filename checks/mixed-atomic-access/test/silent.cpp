// RUN: %both --checks='-*,ungil-mixed-atomic-access' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <atomic>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// Atomic by type, whatever the syntax.
static std::atomic<int> level{0};
static PyObject *raise_level(PyObject *, PyObject *) {
  level = 3;
  ++level;
  return PyLong_FromLong(level);
}
METHOD(raise_level)

// The plain side runs when nobody else can: while the object is made, torn down, or while the world is stopped.
struct Worker {
  PyObject_HEAD
  int state;
};
static PyObject *worker_new(PyTypeObject *type, PyObject *, PyObject *) {
  auto *worker = reinterpret_cast<Worker *>(type->tp_alloc(type, 0));
  if (worker)
    worker->state = 1;
  return reinterpret_cast<PyObject *>(worker);
}
static void worker_dealloc(PyObject *self) {
  if (reinterpret_cast<Worker *>(self)->state)
    Py_TYPE(self)->tp_free(self);
}
static int worker_traverse(PyObject *self, visitproc visit, void *arg) {
  return reinterpret_cast<Worker *>(self)->state;
}
static PyObject *worker_stop(PyObject *self, PyObject *) {
  _Py_atomic_store_int(&reinterpret_cast<Worker *>(self)->state, 0);
  Py_RETURN_NONE;
}
METHOD(worker_stop)
PyType_Slot worker_slots[] = {{Py_tp_new, (void *)worker_new},
                              {Py_tp_dealloc, (void *)worker_dealloc},
                              {Py_tp_traverse, (void *)worker_traverse},
                              {0, nullptr}};

// Reading back plainly under the lock that every atomic writer holds.
static PyMutex lock;
static int guarded;
static PyObject *set_guarded(PyObject *, PyObject *value) {
  PyMutex_Lock(&lock);
  if (guarded == 0)
    __atomic_store_n(&guarded, 1, __ATOMIC_RELEASE);
  PyMutex_Unlock(&lock);
  return PyLong_FromLong(__atomic_load_n(&guarded, __ATOMIC_ACQUIRE));
}
METHOD(set_guarded)

// Set by the module's initialisation, before there are readers.
static int mode;
static int exec(PyObject *) {
  mode = 2;
  return 0;
}
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)exec}, {0, nullptr}};
PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", nullptr, 0, nullptr, slots, nullptr, nullptr, nullptr};
static PyObject *set_mode(PyObject *, PyObject *value) {
  _Py_atomic_store_int_relaxed(&mode, int(PyLong_AsLong(value)));
  Py_RETURN_NONE;
}
METHOD(set_mode)
static PyObject *get_mode(PyObject *, PyObject *) { return PyLong_FromLong(_Py_atomic_load_int_relaxed(&mode)); }
METHOD(get_mode)
