// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// Fields that are tested and set: which of them say that something has been made.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
#define TYPE(T) typedef struct { PyObject_HEAD char *text; long size; int flag; int started; } T;
long measure(const char *);
int more(void);

TYPE(Measured)
static PyObject *measured(PyObject *op, PyObject *unused) {
  Measured *self = (Measured *)op;
  if (!self->flag) {
    self->size = measure(self->text);
    self->flag = 1;
  }
  return PyLong_FromLong(self->size);
}
METHOD(measured)

// A helper that does its work on each call, and notes how it went.
TYPE(Moved)
static void move(Moved *self) {
  self->size = measure(self->text);
  self->flag = self->size > 0;
}
static PyObject *moves(PyObject *op, PyObject *unused) {
  move((Moved *)op);
  Py_RETURN_NONE;
}
METHOD(moves)
static PyObject *iterates(PyObject *op, PyObject *unused) {
  Moved *self = (Moved *)op;
  if (!self->flag)
    move(self);
  return PyLong_FromLong(self->size);
}
METHOD(iterates)

// Only those who find nothing call it.
TYPE(Prepared)
static void prepare(Prepared *self) {
  self->size = measure(self->text);
  self->flag = 1;
}
static PyObject *prepares(PyObject *op, PyObject *unused) {
  Prepared *self = (Prepared *)op;
  if (!self->flag)
    prepare(self);
  return PyLong_FromLong(self->size);
}
METHOD(prepares)

// Used up, closed, busy.
TYPE(Exhausted)
static PyObject *exhausted(PyObject *op, PyObject *unused) {
  Exhausted *self = (Exhausted *)op;
  if (self->flag)
    return NULL;
  self->started = 1;
  if (!more())
    self->flag = 1;
  Py_RETURN_NONE;
}
METHOD(exhausted)

TYPE(Closed)
static PyObject *closes(PyObject *op, PyObject *unused) {
  Closed *self = (Closed *)op;
  if (self->flag)
    Py_RETURN_NONE;
  self->text = NULL;
  self->flag = 1;
  Py_RETURN_NONE;
}
METHOD(closes)

TYPE(Busy)
static PyObject *busy(PyObject *op, PyObject *unused) {
  Busy *self = (Busy *)op;
  if (self->flag) {
    PyErr_SetString(PyExc_RuntimeError, "already running");
    return NULL;
  }
  self->flag = 1;
  self->size = measure(self->text);
  self->flag = 0;
  Py_RETURN_NONE;
}
METHOD(busy)

// The test is made on some paths only: it guards, and makes nothing.
typedef struct {
  PyObject_HEAD
  PyObject *name, *query;
} Cursor;
static PyObject *execute(PyObject *op, PyObject *value) {
  Cursor *self = (Cursor *)op;
  if (self->name != NULL) {
    if (self->query)
      return NULL;
  }
  self->query = PyObject_Str(value);
  Py_RETURN_NONE;
}
METHOD(execute)

// Functions are there for good.
typedef struct {
  PyObject_HEAD
  int (*step)(void);
  int (*chosen)(void);
} Stepper;
int (*choose_step(void))(void);
static PyObject *reset(PyObject *op, PyObject *unused) {
  Stepper *self = (Stepper *)op;
  if (self->step == NULL)
    self->step = choose_step();
  return PyLong_FromLong(self->step());
}
METHOD(reset)
// CHECK: :[[@LINE-109]]:8: warning: 'Measured.flag' is initialised on first use without synchronisation; concurrent callers can both initialise it and read a half-written value [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-104]]:1: note: 'measured' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-109]]:5: note: stored here in 'measured'
// CHECK-NEXT: :[[@LINE-112]]:8: note: test it and fill what it announces in the object's critical section
// CHECK-NEXT: :[[@LINE-78]]:8: warning: 'Prepared.flag' is initialised on first use without synchronisation; concurrent callers can both initialise it and read a half-written value [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-75]]:1: note: 'prepares' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-79]]:5: note: which calls 'prepare' here
// CHECK-NEXT: :[[@LINE-85]]:3: note: stored here in 'prepare'
// CHECK-NEXT: :[[@LINE-82]]:8: note: test it and fill what it announces in the object's critical section
// CHECK: end of report
