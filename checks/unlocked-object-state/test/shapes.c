// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// State that objects of every kind keep, changed by one method and used by another.
#include <Python.h>
#include <stdlib.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// A buffer in a struct of its own, which the object owns.
typedef struct {
  char *bytes;
  size_t len, cap;
} Buffer;
typedef struct {
  PyObject_HEAD
  Buffer *buf;
} Writer;
static PyObject *writer_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Writer *self = (Writer *)type->tp_alloc(type, 0);
  self->buf = (Buffer *)PyMem_Calloc(1, sizeof(Buffer));
  return (PyObject *)self;
}
PyType_Slot writer_slots[] = {{Py_tp_new, (void *)writer_new}, {0, NULL}};
static PyObject *append(PyObject *op, PyObject *value) {
  Buffer *b = ((Writer *)op)->buf;
  if (b->len == b->cap) {
    b->cap = b->cap * 2 + 8;
    b->bytes = (char *)realloc(b->bytes, b->cap);
  }
  b->bytes[b->len++] = 1;
  Py_RETURN_NONE;
}
METHOD(append)
static PyObject *getvalue(PyObject *op, PyObject *unused) {
  Writer *self = (Writer *)op;
  return PyBytes_FromStringAndSize(self->buf->bytes, (Py_ssize_t)self->buf->len);
}
METHOD(getvalue)

// How many buffers are out, which decides whether the memory may move.
typedef struct {
  PyObject_HEAD
  char *bytes;
  Py_ssize_t size;
  int exports;
} Exporter;
static int export_get(PyObject *op, Py_buffer *view, int flags) {
  Exporter *self = (Exporter *)op;
  self->exports++;
  return PyBuffer_FillInfo(view, op, self->bytes, self->size, 0, flags);
}
static void export_release(PyObject *op, Py_buffer *view) { ((Exporter *)op)->exports--; }
PyType_Slot exporter_slots[] = {{Py_bf_getbuffer, (void *)export_get}, {Py_bf_releasebuffer, (void *)export_release}, {0, NULL}};

// Objects that are alive, linked to one another.
typedef struct Node {
  PyObject_HEAD
  struct Node *next, *prev;
} Node;
static PyObject *drop_node(PyObject *op, PyObject *unused) {
  Node *self = (Node *)op;
  if (self->prev)
    self->prev->next = self->next;
  if (self->next)
    self->next->prev = self->prev;
  self->next = self->prev = NULL;
  Py_RETURN_NONE;
}
METHOD(drop_node)

// A position in something that another thread moves past the end.
typedef struct {
  PyObject_HEAD
  PyObject *text;
  Py_ssize_t at;
} Scanner;
static PyObject *scan(PyObject *op) {
  Scanner *self = (Scanner *)op;
  if (self->at >= PyBytes_GET_SIZE(self->text))
    return NULL;
  return PyLong_FromLong(PyBytes_AS_STRING(self->text)[self->at++]);
}
PyType_Slot scanner_slots[] = {{Py_tp_iternext, (void *)scan}, {0, NULL}};

// Freed by one method under the hands of another.
typedef struct {
  PyObject_HEAD
  char *page;
  int closed;
} Map;
static PyObject *unmap(PyObject *op, PyObject *unused) {
  Map *self = (Map *)op;
  self->closed = 1;
  free(self->page);
  self->page = NULL;
  Py_RETURN_NONE;
}
METHOD(unmap)
static PyObject *first(PyObject *op, PyObject *unused) {
  Map *self = (Map *)op;
  return self->closed ? NULL : PyLong_FromLong(self->page[0]);
}
METHOD(first)
// CHECK: :[[@LINE-76]]:5: warning: 'Writer.buf->bytes' is modified in 'append' without synchronisation while 'getvalue' uses it; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-72]]:1: note: 'append' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-70]]:36: note: used here in 'getvalue'
// CHECK-NEXT: :[[@LINE-69]]:1: note: 'getvalue' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-80]]:5: note: 'append' writes 'buf->bytes', 'buf->len' and 'buf->cap' and reads 'buf->bytes', 'buf->len' and 'buf->cap'
// CHECK-NEXT: :[[@LINE-73]]:36: note: 'getvalue' reads 'buf->bytes' and 'buf->len'
// CHECK-NEXT: :[[@LINE-82]]:5: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-62]]:3: warning: 'Exporter.exports' is modified in 'export_get' without synchronisation while 'export_release' modifies it; updates get lost on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-59]]:51: note: 'export_get' is bf_getbuffer; several threads can run it at once
// CHECK-NEXT: :[[@LINE-61]]:61: note: modified here in 'export_release'
// CHECK-NEXT: :[[@LINE-61]]:94: note: 'export_release' is bf_releasebuffer; several threads can run it at once
// CHECK-NEXT: :[[@LINE-66]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-53]]:5: warning: 'Node.next' is modified in 'drop_node' without synchronisation while another thread runs the same function; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-48]]:1: note: 'drop_node' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-55]]:5: note: 'drop_node' writes 'next' and 'prev' and reads 'next' and 'prev'
// CHECK-NEXT: :[[@LINE-56]]:5: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-39]]:56: warning: 'Scanner.at' is modified in 'scan' without synchronisation while another thread runs the same function; a thread can index with a value that another is changing on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-38]]:49: note: 'scan' is tp_iternext; several threads can run it at once
// CHECK-NEXT: :[[@LINE-41]]:56: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK-NEXT: :[[@LINE-28]]:3: warning: 'Map.page' is modified in 'unmap' without synchronisation while 'first' uses it; a thread can use or free what another has replaced on a free-threaded build [ungil-unlocked-object-state]
// CHECK-NEXT: :[[@LINE-26]]:1: note: 'unmap' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-24]]:48: note: used here in 'first'
// CHECK-NEXT: :[[@LINE-23]]:1: note: 'first' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-32]]:3: note: hold the object's critical section, or a lock of its own, in every function that the notes name
// CHECK: end of report
