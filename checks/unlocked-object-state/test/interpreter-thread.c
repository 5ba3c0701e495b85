// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// An object of the thread that runs its Tcl interpreter: other threads are turned away, or send it a message.
#include <Python.h>

#ifdef __cplusplus
extern "C"
#endif
void *Tcl_GetCurrentThread(void);

typedef struct {
  PyObject_HEAD
  void *thread_id;
  char **commands;
  Py_ssize_t count;
} App;
static PyObject *create(PyObject *op, PyObject *name) {
  App *self = (App *)op;
  if (self->thread_id != Tcl_GetCurrentThread()) {
    PyErr_SetString(PyExc_RuntimeError, "main thread is not in main loop");
    return NULL;
  }
  self->commands = (char **)PyMem_Realloc(self->commands, sizeof(char *) * (size_t)(self->count + 1));
  self->count++;
  Py_RETURN_NONE;
}
static PyObject *forget(PyObject *op, PyObject *unused) {
  App *self = (App *)op;
  if (self->thread_id != Tcl_GetCurrentThread())
    return NULL;
  self->commands = NULL;
  Py_RETURN_NONE;
}
PyMethodDef methods[] = {{"create", create, METH_O, NULL}, {"forget", forget, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
// CHECK: end of report
