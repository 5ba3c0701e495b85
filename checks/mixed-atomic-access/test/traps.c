// RUN: %both --checks='-*,ungil-mixed-atomic-access,ungil-exhaustion-double-decref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mixed-atomic-access,ungil-exhaustion-double-decref' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Plain by look only: macros that are plain with the GIL, what is not evaluated, what nobody else sees yet.
#include <Python.h>
#include <stddef.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

#ifdef Py_GIL_DISABLED
#define LOAD(x) _Py_atomic_load_int_relaxed(&(x))
#define STORE(x, value) _Py_atomic_store_int_relaxed(&(x), value)
#else
#define LOAD(x) (x)
#define STORE(x, value) ((x) = (value))
#endif
int close_socket(int);

// CPython's sockets: the number is got and set by helpers.
typedef struct {
  PyObject_HEAD
  int fd;
  int states[4];
} Socket;
static inline void set_fd(Socket *self, int fd) { STORE(self->fd, fd); }
static inline int get_fd(Socket *self) { return LOAD(self->fd); }
static PyObject *socket_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Socket *self = (Socket *)type->tp_alloc(type, 0);
  if (!self)
    return NULL;
  self->fd = -1;
  for (int i = 0; i < 4; i++)
    self->states[i] = i;
  return (PyObject *)self;
}
static void socket_dealloc(PyObject *op) {
  if (((Socket *)op)->fd != -1)
    close_socket(((Socket *)op)->fd);
  Py_TYPE(op)->tp_free(op);
}
PyType_Slot socket_slots[] = {{Py_tp_new, (void *)socket_new}, {Py_tp_dealloc, (void *)socket_dealloc}, {0, NULL}};
static PyObject *detach(PyObject *op, PyObject *unused) {
  int fd = get_fd((Socket *)op);
  set_fd((Socket *)op, -1);
  return PyLong_FromLong(fd);
}
METHOD(detach)
static PyObject *next_state(PyObject *op, PyObject *unused) {
  Socket *self = (Socket *)op;
  STORE(self->states[1], 2);
  return PyLong_FromLong(LOAD(self->states[1]));
}
METHOD(next_state)

// Not evaluated.
static PyObject *measure(PyObject *op, PyObject *unused) {
  return PyLong_FromSize_t(sizeof(((Socket *)op)->fd) + offsetof(Socket, fd));
}
METHOD(measure)

// Exchanged out, so that one thread closes it.
typedef struct {
  PyObject_HEAD
  int fd;
} Pipe;
static PyObject *close_pipe(PyObject *op, PyObject *unused) {
  int fd = _Py_atomic_exchange_int(&((Pipe *)op)->fd, -1);
  if (fd != -1)
    close_socket(fd);
  Py_RETURN_NONE;
}
METHOD(close_pipe)
// CHECK: end of report
