// RUN: %both --checks='-*,ungil-allocator-domain' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <stdlib.h>

typedef struct {
  PyObject_HEAD
  int n;
} Node;

typedef struct {
  int n;
} Plain;

typedef struct {
  void *(*allocate)(size_t);
  void (*release)(void *);
} Allocator;

PyObject *buffer(PyObject *self) {
  char *text = PyObject_Malloc(64);
  PyObject *result = text ? PyUnicode_FromString(text) : NULL;
  PyObject_Free(text);
  return result;
}
// CHECK: :[[@LINE-5]]:16: {{error|warning}}: 'PyObject_Malloc' is used for a plain buffer; memory of the object allocator may hold objects only, use 'PyMem_Malloc' [ungil-allocator-domain]
// CHECK-NEXT: :[[@LINE-6]]:16: note: use 'PyMem_Malloc' here

Plain *plain(void) { return (Plain *)PyObject_Calloc(1, sizeof(Plain)); }
// CHECK: :[[@LINE-1]]:38: {{error|warning}}: 'PyObject_Calloc' is used for 'Plain', which is no Python object
// CHECK-NEXT: note: use 'PyMem_Calloc' here

// Kept in a field without a type; the size says what it is.
typedef struct {
  void *state;
} Handle;
void keep(Handle *handle) { handle->state = PyObject_Malloc(sizeof(Plain)); }
// CHECK: :[[@LINE-1]]:45: {{error|warning}}: 'PyObject_Malloc' is used for 'Plain', which is no Python object
// CHECK-NEXT: note: use 'PyMem_Malloc' here
void keep_object(Handle *handle) { handle->state = PyObject_Malloc(sizeof(Node)); }
void keep_bytes(Handle *handle) { handle->state = PyObject_Malloc(100); }

PyObject *foreign(PyTypeObject *type) {
  PyObject *o = malloc(sizeof(Node));
  return o ? PyObject_Init(o, type) : NULL;
}
// CHECK: :[[@LINE-3]]:17: error: a Python object is made in memory from 'malloc'; object memory must come from the object allocator
// CHECK-NEXT: :[[@LINE-3]]:14: note: it becomes an object here
// CHECK-NEXT: :[[@LINE-5]]:17: note: use the type's tp_alloc

void mixed(void) {
  char *text = PyMem_Malloc(8);
  free(text);
}
// CHECK: :[[@LINE-2]]:3: error: 'text' was allocated with 'PyMem_Malloc' and goes to 'free', which belongs to another allocator
// CHECK-NEXT: :[[@LINE-4]]:16: note: allocated here
// CHECK-NEXT: :[[@LINE-4]]:3: note: free memory with the allocator that it came from

void give_away(void) {
  Allocator allocator = {PyObject_Malloc, PyObject_Free};
  (void)allocator;
}
// CHECK: :[[@LINE-3]]:26: {{error|warning}}: 'PyObject_Malloc' is given away as a general allocator
// CHECK-NEXT: note: give all three

// Silent.
PyObject *right(PyTypeObject *type) {
  PyObject *o = PyObject_Malloc(sizeof(Node));
  return o ? PyObject_Init(o, type) : NULL;
}

Node *typed(PyTypeObject *type) {
  Node *node = (Node *)PyObject_Malloc(sizeof(Node));
  return node;
}

void *wrapper(size_t n) { return PyObject_Malloc(n); }

void matched(int raw) {
  char *a = PyMem_Malloc(8), *b = malloc(8), *c = raw ? PyMem_RawMalloc(8) : NULL;
  PyMem_Free(a);
  free(b);
  PyMem_RawFree(c);
}

PyObject *only_with_gil(void) {
#ifdef Py_GIL_DISABLED
  char *text = PyMem_Malloc(64);
  PyMem_Free(text);
#else
  char *text = PyObject_Malloc(64);
  PyObject_Free(text);
#endif
  Py_RETURN_NONE;
}
// CHECK: end of report
