// RUN: %both --checks='-*,ungil-mixed-atomic-access' %s -- -I%py314t -std=c++20 | %filecheck %s
#include <Python.h>
#include <atomic>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

namespace {
struct Settings {
  int level = 0;
};
Settings settings;
} // namespace

static PyObject *set_level(PyObject *, PyObject *value) {
  std::atomic_ref<int>(settings.level).store(int(PyLong_AsLong(value)));
  Py_RETURN_NONE;
}
METHOD(set_level)
static PyObject *get_level(PyObject *, PyObject *) { return PyLong_FromLong(settings.level); }
METHOD(get_level)

static long sequence;
static PyObject *next(PyObject *, PyObject *) { return PyLong_FromLong(__atomic_fetch_add(&sequence, 1, __ATOMIC_RELAXED)); }
METHOD(next)
static PyObject *peek(PyObject *, PyObject *) { return PyLong_FromLong(sequence); } // BAD
METHOD(peek)
