// Memory whose allocator is known through a wrapper, a field or a slot.
// RUN: %both --checks='-*,ungil-allocator-domain' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <stdlib.h>

typedef struct {
  PyObject_HEAD
  char *text;
  char *either;
  char *given;
  char *right;
} Buffer;

static void *pool_allocate(size_t size) { return PyMem_Malloc(size); }
static void pool_release(void *memory) { free(memory); }

PyObject *through_wrapper(PyTypeObject *type) {
  Buffer *buffer = pool_allocate(sizeof(Buffer));
  return buffer ? PyObject_Init((PyObject *)buffer, type) : NULL;
}
// CHECK: :[[@LINE-3]]:20: error: a Python object is made in memory from 'pool_allocate'; object memory must come from the object allocator [ungil-allocator-domain]
// CHECK-NEXT: :[[@LINE-3]]:19: note: it becomes an object here
// CHECK-NEXT: note: use the type's tp_alloc

PyObject *by_hand(PyTypeObject *type) {
  PyObject *object = calloc(1, (size_t)type->tp_basicsize);
  if (object) {
    Py_SET_TYPE(object, type);
    Py_SET_REFCNT(object, 1);
  }
  return object;
}
// CHECK: :[[@LINE-7]]:22: error: a Python object is made in memory from 'calloc'
// CHECK-NEXT: :[[@LINE-6]]:5: note: it becomes an object here
// CHECK-NEXT: note: use the type's tp_alloc

void released_by_wrapper(void) {
  char *text = PyMem_RawMalloc(8);
  pool_release(text);
}
// CHECK: :[[@LINE-2]]:3: error: 'text' was allocated with 'PyMem_RawMalloc' and goes to 'pool_release', which belongs to another allocator
// CHECK-NEXT: :[[@LINE-4]]:16: note: allocated here
// CHECK-NEXT: note: free memory with the allocator that it came from

PyObject *fill(PyObject *self, PyObject *unused) {
  Buffer *buffer = (Buffer *)self;
  char *text = malloc(64);
  buffer->text = text;
  buffer->either = unused ? malloc(8) : NULL;
  if (!unused)
    buffer->either = PyMem_Malloc(8);
  buffer->right = PyMem_Malloc(8);
  Py_RETURN_NONE;
}
PyObject *give(PyObject *self, char *text) {
  ((Buffer *)self)->given = text;
  Py_RETURN_NONE;
}

static void buffer_dealloc(PyObject *self) {
  Buffer *buffer = (Buffer *)self;
  PyMem_Free(buffer->text);
  PyMem_Free(buffer->either);
  PyMem_Free(buffer->given);
  PyMem_Free(buffer->right);
  free(buffer);
}
// CHECK: :[[@LINE-6]]:3: error: 'text' was allocated with 'malloc' and goes to 'PyMem_Free', which belongs to another allocator
// CHECK-NEXT: :[[@LINE-22]]:16: note: allocated here
// CHECK-NEXT: note: free memory
// CHECK: :[[@LINE-5]]:3: error: the memory of a Python object goes to 'free'; it belongs to the object allocator
// CHECK-NEXT: :[[@LINE-6]]:3: note: call the type's tp_free

PyType_Slot slots[] = {{Py_tp_dealloc, (void *)buffer_dealloc}, {Py_tp_free, (void *)PyMem_Free}, {0, NULL}};
// CHECK: :[[@LINE-1]]:86: error: 'PyMem_Free' in a slot of a type frees or makes objects; their memory belongs to the object allocator
// CHECK-NEXT: note: use PyObject_Free, or PyObject_GC_Del

static void right_dealloc(PyObject *self) {
  PyObject_Free(self);
}
PyType_Slot right_slots[] = {{Py_tp_dealloc, (void *)right_dealloc}, {Py_tp_free, (void *)PyObject_Free}, {0, NULL}};
// CHECK-NEXT: end of report
