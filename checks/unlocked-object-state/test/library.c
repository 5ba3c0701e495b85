// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// State of a library that is handed to it.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// Inside the object, by address.
struct stream {
  char *next_in;
  unsigned avail_in;
};
int stream_deflate(struct stream *);
typedef struct {
  PyObject_HEAD
  struct stream zst;
} Compressor;
static PyObject *compress(PyObject *op, PyObject *unused) {
  return PyLong_FromLong(stream_deflate(&((Compressor *)op)->zst));
}
METHOD(compress)

// Behind a pointer, in a library that says of other functions that they only look.
struct font {
  char *glyphs;
};
void font_align(struct font *, int);
int font_height(const struct font *);
typedef struct {
  PyObject_HEAD
  struct font *font;
} Font;
static PyObject *align(PyObject *op, PyObject *unused) {
  font_align(((Font *)op)->font, 1);
  return PyLong_FromLong(font_height(((Font *)op)->font));
}
METHOD(align)

// By name the functions look, though their types do not say so.
struct window;
int window_GetFormat(struct window *);
int window_is_open(struct window *);
typedef struct {
  PyObject_HEAD
  struct window *window;
} Window;
static PyObject *format(PyObject *op, PyObject *unused) {
  return PyLong_FromLong(window_GetFormat(((Window *)op)->window) + window_is_open(((Window *)op)->window));
}
METHOD(format)

// The struct is known, and the library never promises anything: what it does with it is not.
struct surface {
  void *pixels;
};
int surface_to_texture(struct surface *);
typedef struct {
  PyObject_HEAD
  struct surface *surface;
} Surface;
static PyObject *upload(PyObject *op, PyObject *unused) {
  return PyLong_FromLong(surface_to_texture(((Surface *)op)->surface));
}
METHOD(upload)

// Mere numbers: nothing can be freed or run out of bounds.
struct when {
  long seconds, micros;
};
int now(struct when *);
typedef struct {
  PyObject_HEAD
  struct when last;
} Timer;
static PyObject *tick(PyObject *op, PyObject *unused) { return PyLong_FromLong(now(&((Timer *)op)->last)); }
METHOD(tick)

// Compared with a constant: no index.
typedef struct {
  PyObject_HEAD
  long level;
} Level;
#define HIGHEST (1 << 4)
static PyObject *set_level(PyObject *op, PyObject *value) {
  Level *self = (Level *)op;
  self->level = PyLong_AsLong(value);
  return PyBool_FromLong(self->level < HIGHEST);
}
METHOD(set_level)
// CHECK: :[[@LINE-71]]:41: warning: 'Compressor.zst' is modified in 'compress' without synchronisation while another thread runs the same function; threads corrupt it on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-70]]:1: note: 'compress' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-73]]:41: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-59]]:14: warning: '*Font.font' is modified in 'align' without synchronisation while another thread runs the same function; threads corrupt it on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-57]]:1: note: 'align' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-61]]:14: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
