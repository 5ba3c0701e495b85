// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

// Lists behind helpers, arguments and macros.

typedef struct {
  PyObject_HEAD
} Node;

// -- pop() and push() of their own
static Node *spare[4];
static int count;

static Node *pop(void) { return count > 0 ? spare[--count] : NULL; }
// CHECK: helpers.c:[[@LINE-1]]:45: error: free list 'spare' is popped in 'pop' and pushed in 'push' without synchronisation;
// CHECK-NEXT: :[[@LINE+19]]:{{[0-9]+}}: note: 'plain_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE+11]]:{{[0-9]+}}: note: which calls 'pop' here
// CHECK-NEXT: :[[@LINE+6]]:5: note: pushed here in 'push'
// CHECK-NEXT: :[[@LINE+16]]:{{[0-9]+}}: note: 'plain_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE+12]]:{{[0-9]+}}: note: which calls 'push' here
// CHECK-NEXT: note: guard every
static int push(Node *node) {
  if (count < 4) {
    spare[count++] = node; return 1; }
  return 0;
}
static PyObject *plain_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Node *node = pop();
  return node ? (PyObject *)node : type->tp_alloc(type, 0);
}
static void plain_dealloc(PyObject *self) {
  if (!push((Node *)self))
    Py_TYPE(self)->tp_free(self);
}
PyType_Slot plain_slots[] = {{Py_tp_new, (void *)plain_new}, {Py_tp_dealloc, (void *)plain_dealloc}, {0, NULL}};

// -- helpers that get the list as an argument, one static list and one array of lists
typedef struct {
  void *blocks[4];
  int available;
} Bucket;

static Bucket small;
static Bucket buckets[8];

static void *bucket_take(Bucket *bucket) {
  if (bucket->available > 0)
    return bucket->blocks[--(bucket->available)];
  return PyMem_Malloc(64);
}
// CHECK: helpers.c:[[@LINE-3]]:12: error: free list 'buckets.blocks' is popped in 'bucket_take' and pushed in 'bucket_give' without synchronisation;
// CHECK-NEXT: note: 'take_sized' is a method
// CHECK-NEXT: note: which calls 'bucket_take' here
// CHECK-NEXT: note: pushed here in 'bucket_give'
// CHECK-NEXT: note: 'give_sized' is a method
// CHECK-NEXT: note: which calls 'bucket_give' here
// CHECK-NEXT: note: guard every
// CHECK-NEXT: helpers.c:[[@LINE-10]]:12: error: free list 'small.blocks' is popped in 'bucket_take' and pushed in 'bucket_give' without synchronisation;
// CHECK-NEXT: note: 'take_small' is a method
// CHECK-NEXT: :[[@LINE+10]]:{{[0-9]+}}: note: which calls 'bucket_take' here
// CHECK-NEXT: :[[@LINE+5]]:5: note: pushed here in 'bucket_give'
// CHECK-NEXT: note: 'give_small' is a method
// CHECK-NEXT: note: which calls 'bucket_give' here
// CHECK-NEXT: note: guard every
static void bucket_give(Bucket *bucket, void *block) { if (bucket->available < 4)
    bucket->blocks[bucket->available++] = block;
  else
    PyMem_Free(block);
}
static PyObject *take_small(PyObject *m, PyObject *a) { return PyLong_FromVoidPtr(bucket_take(&small)); }
static PyObject *give_small(PyObject *m, PyObject *a) { bucket_give(&small, PyLong_AsVoidPtr(a)); return NULL; }
static PyObject *take_sized(PyObject *m, PyObject *a) { return PyLong_FromVoidPtr(bucket_take(&buckets[PyLong_AsLong(a)])); }
static PyObject *give_sized(PyObject *m, PyObject *a) { bucket_give(buckets + 1, PyLong_AsVoidPtr(a)); return NULL; }

// -- macros
static Node *cached[4];
static int cached_count;
#define CACHE_GET() (cached_count ? cached[--cached_count] : NULL)
#define CACHE_PUT(node) (cached[cached_count++] = (node))

static PyObject *macro_make(PyObject *m, PyObject *a) { return (PyObject *)CACHE_GET(); }
// CHECK: helpers.c:[[@LINE-1]]:{{[0-9]+}}: error: free list 'cached' is popped in 'macro_make' and pushed in 'macro_drop' without synchronisation;
// CHECK-NEXT: note: 'macro_make' is a method
// CHECK-NEXT: :[[@LINE+4]]:{{[0-9]+}}: note: pushed here in 'macro_drop'
// CHECK-NEXT: note: 'macro_drop' is a method
// CHECK-NEXT: note: guard every
static PyObject *macro_drop(PyObject *m, PyObject *a) {
  CACHE_PUT((Node *)a); return NULL; }

PyMethodDef methods[] = {{"ts", take_small, METH_O, NULL}, {"gs", give_small, METH_O, NULL}, {"tb", take_sized, METH_O, NULL},
                         {"gb", give_sized, METH_O, NULL}, {"mm", macro_make, METH_O, NULL}, {"md", macro_drop, METH_O, NULL},
                         {NULL, NULL, 0, NULL}};

// -- a helper of a helper
static Bucket deep;
static void *deep_take(Bucket *bucket) { return bucket->available > 0 ? bucket->blocks[--bucket->available] : NULL; }
// CHECK: helpers.c:[[@LINE-1]]:73: error: free list 'deep.blocks' is popped in 'deep_take' and pushed in 'deep_give' without synchronisation;
// CHECK-NEXT: note: 'deep_new' is tp_new
// CHECK-NEXT: note: which calls 'deep_take_or_make' here
// CHECK-NEXT: note: which calls 'deep_take' here
// CHECK-NEXT: :[[@LINE+5]]:50: note: pushed here in 'deep_give'
// CHECK-NEXT: note: 'deep_dealloc' is tp_dealloc
// CHECK-NEXT: note: which calls 'deep_give_back' here
// CHECK-NEXT: note: which calls 'deep_give' here
// CHECK-NEXT: note: guard every
static void deep_give(Bucket *bucket, void *b) { bucket->blocks[bucket->available++] = b; }
static void *deep_take_or_make(Bucket *bucket) {
  void *block = deep_take(bucket);
  return block ? block : PyMem_Malloc(64);
}
static void deep_give_back(Bucket *bucket, void *block) { deep_give(bucket, block); }
static PyObject *deep_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  return (PyObject *)deep_take_or_make(&deep);
}
static void deep_dealloc(PyObject *self) { deep_give_back(&deep, self); }
PyType_Slot deep_slots[] = {{Py_tp_new, (void *)deep_new}, {Py_tp_dealloc, (void *)deep_dealloc}, {0, NULL}};

// -- in an object, together with the allocation of its blocks
typedef struct {
  PyObject_HEAD
  void *spare[4];
  int count;
  void *last;
} Pool;
static void *pool_get(Pool *pool) {
  if (pool->count > 0)
    return pool->spare[--pool->count];
  return PyMem_Malloc(64);
}
// CHECK: helpers.c:[[@LINE-3]]:12: error: free list 'Pool->spare' is popped in 'pool_get' and pushed in 'pool_put' without synchronisation;
// CHECK-NEXT: note: 'pool_take' is 
// CHECK-NEXT: note: which calls 'pool_get' here
// CHECK-NEXT: :[[@LINE+6]]:5: note: pushed here in 'pool_put'
// CHECK-NEXT: note: 'pool_give' is 
// CHECK-NEXT: note: which calls 'pool_put' here
// CHECK-NEXT: :[[@LINE-17]]:{{[0-9]+}}: note: hold the object's critical section, or a lock of its own, at every pop and push
static void pool_put(Pool *pool, void *block) {
  if (pool->count < 4)
    pool->spare[pool->count++] = block;
  else
    PyMem_Free(block);
}
static PyObject *pool_take(PyObject *self, PyObject *unused) {
  ((Pool *)self)->last = pool_get((Pool *)self);
  return PyLong_FromLong(0);
}
static PyObject *pool_give(PyObject *self, PyObject *unused) {
  pool_put((Pool *)self, ((Pool *)self)->last);
  return PyLong_FromLong(0);
}
PyMethodDef pool_methods[] = {{"take", pool_take, METH_NOARGS, NULL}, {"give", pool_give, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
PyType_Slot pool_slots[] = {{Py_tp_methods, (void *)pool_methods}, {0, NULL}};
PyType_Spec pool_spec = {"m.Pool", sizeof(Pool), 0, Py_TPFLAGS_DEFAULT, pool_slots};
// CHECK-NEXT: end of report
