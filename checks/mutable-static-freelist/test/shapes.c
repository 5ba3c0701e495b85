// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py313t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-mutable-static-freelist' %s -- -I%py314gil -std=gnu11 | %filecheck %s
#include <Python.h>

// Every shape of a free list, popped in tp_new and pushed in tp_dealloc without a lock.

typedef struct Node {
  PyObject_HEAD
  struct Node *next;
  int value;
} Node;

#define TYPE(name)                                                                                                     \
  extern PyType_Slot name##_slots[];                                                                                   \
  PyType_Slot name##_slots[] = {                                                                                       \
      {Py_tp_new, (void *)name##_new}, {Py_tp_dealloc, (void *)name##_dealloc}, {0, NULL}};

// -- an array with a count, stepped inside the subscript
static Node *spare[64];
static int spare_count;

static PyObject *stack_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  if (spare_count > 0)
    return PyObject_Init((PyObject *)spare[--spare_count], type);
  return type->tp_alloc(type, 0);
}
// CHECK: shapes.c:[[@LINE-3]]:38: error: free list 'spare' is popped in 'stack_new' and pushed in 'stack_dealloc' without synchronisation; two threads can get the same block on a free-threaded build [ungil-mutable-static-freelist]
// CHECK-NEXT: :[[@LINE+11]]:{{[0-9]+}}: note: 'stack_new' is tp_new; several threads can run it at once
// CHECK-NEXT: :[[@LINE+5]]:{{[0-9]+}}: note: pushed here in 'stack_dealloc'
// CHECK-NEXT: :[[@LINE+9]]:{{[0-9]+}}: note: 'stack_dealloc' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-12]]:1: note: guard every pop and push with one PyMutex (release it before allocating), give each thread its own list, or compile the list out with #ifndef Py_GIL_DISABLED
static void stack_dealloc(PyObject *self) {
  if (spare_count < 64)
    spare[spare_count++] = (Node *)self;
  else
    Py_TYPE(self)->tp_free(self);
}

TYPE(stack)

// -- the same in a struct, stepped by statements of their own, the block in a variable
static struct {
  Node *items[8];
  int available;
} pool;

static PyObject *pool_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Node *node;
  if (pool.available) {
    pool.available--;
    node = pool.items[pool.available];
    return (PyObject *)node;
  }
  return type->tp_alloc(type, 0);
}
// CHECK: shapes.c:[[@LINE-5]]:12: error: free list 'pool.items' is popped in 'pool_new' and pushed in 'pool_dealloc' without synchronisation;
// CHECK-NEXT: note: 'pool_new' is tp_new
// CHECK-NEXT: :[[@LINE+7]]:5: note: pushed here in 'pool_dealloc'
// CHECK-NEXT: note: 'pool_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void pool_dealloc(PyObject *self) {
  int at = pool.available;
  if (at < 8) {
    pool.available = at + 1;
    pool.items[at] = (Node *)self;
    return;
  }
  Py_TYPE(self)->tp_free(self);
}
TYPE(pool)

// -- read below the top, then step down
static void *blocks[8];
static unsigned used;

static PyObject *below_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  if (used == 0)
    return NULL;
  PyObject *self = (PyObject *)blocks[used - 1];
  used -= 1;
  return self;
}
// CHECK: shapes.c:[[@LINE-4]]:32: error: free list 'blocks' is popped in 'below_new' and pushed in 'below_dealloc' without synchronisation;
// CHECK-NEXT: note: 'below_new' is tp_new
// CHECK-NEXT: :[[@LINE+4]]:3: note: pushed here in 'below_dealloc'
// CHECK-NEXT: note: 'below_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void below_dealloc(PyObject *self) {
  blocks[used] = self;
  used = used + 1;
}
TYPE(below)

// -- a pointer to the top of a stack
static Node *ground[16];
static Node **top = ground;

static PyObject *top_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  return top == ground ? NULL : (PyObject *)*--top;
}
// CHECK: shapes.c:[[@LINE-2]]:45: error: free list 'top' is popped in 'top_new' and pushed in 'top_dealloc' without synchronisation;
// CHECK-NEXT: note: 'top_new' is tp_new
// CHECK-NEXT: :[[@LINE+4]]:3: note: pushed here in 'top_dealloc'
// CHECK-NEXT: note: 'top_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void top_dealloc(PyObject *self) {
  *top++ = (Node *)self;
}
TYPE(top)

// -- an intrusive list through a field
static Node *head;

static PyObject *list_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Node *node = head;
  if (node != NULL)
    head = node->next;
  else
    node = (Node *)type->tp_alloc(type, 0);
  return (PyObject *)node;
}
// CHECK: shapes.c:[[@LINE-5]]:5: error: free list 'head' is popped in 'list_new' and pushed in 'list_dealloc' without synchronisation;
// CHECK-NEXT: note: 'list_new' is tp_new
// CHECK-NEXT: :[[@LINE+6]]:3: note: pushed here in 'list_dealloc'
// CHECK-NEXT: note: 'list_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void list_dealloc(PyObject *self) {
  Node *node = (Node *)self;
  node->next = head;
  head = node;
}
TYPE(list)

// -- through the first word of the block
static void *words;

static PyObject *word_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  void *block = words;
  if (!block)
    return type->tp_alloc(type, 0);
  words = *(void **)block;
  return (PyObject *)block;
}
// CHECK: shapes.c:[[@LINE-3]]:3: error: free list 'words' is popped in 'word_new' and pushed in 'word_dealloc' without synchronisation;
// CHECK-NEXT: note: 'word_new' is tp_new
// CHECK-NEXT: :[[@LINE+5]]:3: note: pushed here in 'word_dealloc'
// CHECK-NEXT: note: 'word_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void word_dealloc(PyObject *self) {
  *(void **)self = words;
  words = self;
}
TYPE(word)

// -- through ob_type, written with the setter and read with the accessor
static PyObject *typed;

static PyObject *typed_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  PyObject *self = typed;
  if (self)
    typed = (PyObject *)Py_TYPE(self);
  return self;
}
// CHECK: shapes.c:[[@LINE-3]]:5: error: free list 'typed' is popped in 'typed_new' and pushed in 'typed_dealloc' without synchronisation;
// CHECK-NEXT: note: 'typed_new' is tp_new
// CHECK-NEXT: :[[@LINE+5]]:3: note: pushed here in 'typed_dealloc'
// CHECK-NEXT: note: 'typed_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void typed_dealloc(PyObject *self) {
  Py_SET_TYPE(self, (PyTypeObject *)typed);
  typed = self;
}
TYPE(typed)

// -- a single slot
static Node *slot;

static PyObject *slot_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  if (slot) {
    Node *node = slot;
    slot = NULL;
    return (PyObject *)node;
  }
  return type->tp_alloc(type, 0);
}
// CHECK: shapes.c:[[@LINE-5]]:5: error: free list 'slot' is popped in 'slot_new' and pushed in 'slot_dealloc' without synchronisation;
// CHECK-NEXT: note: 'slot_new' is tp_new
// CHECK-NEXT: :[[@LINE+5]]:5: note: pushed here in 'slot_dealloc'
// CHECK-NEXT: note: 'slot_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void slot_dealloc(PyObject *self) {
  if (!slot)
    slot = (Node *)self;
  else
    Py_TYPE(self)->tp_free(self);
}
TYPE(slot)

// -- a slot of one reference, which is dropped when it is full
static PyObject *scratch;
static PyObject *scratch_make(PyObject *module, PyObject *unused) {
  PyObject *list = scratch;
  scratch = NULL;
  return list ? list : PyList_New(0);
}
// CHECK: shapes.c:[[@LINE-3]]:3: error: free list 'scratch' is popped in 'scratch_make' and pushed in 'scratch_drop' without synchronisation;
// CHECK-NEXT: note: 'scratch_make' is
// CHECK-NEXT: :[[@LINE+5]]:5: note: pushed here in 'scratch_drop'
// CHECK-NEXT: note: 'scratch_drop' is
// CHECK-NEXT: note: guard every
static PyObject *scratch_drop(PyObject *module, PyObject *list) {
  if (!scratch)
    scratch = list;
  else
    Py_DECREF(list);
  return PyLong_FromLong(0);
}
extern PyMethodDef scratch_methods[];
PyMethodDef scratch_methods[] = {
    {"make", scratch_make, METH_NOARGS, NULL}, {"drop", scratch_drop, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// -- a list whose link lies in a struct of the block's own
typedef struct Cell {
  PyObject_HEAD
  struct {
    struct Cell *next;
  } link;
} Cell;
static Cell *cells;
static PyObject *cell_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Cell *cell = cells;
  if (cell == NULL)
    return type->tp_alloc(type, 0);
  cells = cell->link.next;
  return (PyObject *)cell;
}
// CHECK: shapes.c:[[@LINE-3]]:3: error: free list 'cells' is popped in 'cell_new' and pushed in 'cell_dealloc' without synchronisation;
// CHECK-NEXT: note: 'cell_new' is tp_new
// CHECK-NEXT: :[[@LINE+6]]:3: note: pushed here in 'cell_dealloc'
// CHECK-NEXT: note: 'cell_dealloc' is tp_dealloc
// CHECK-NEXT: note: guard every
static void cell_dealloc(PyObject *self) {
  Cell *cell = (Cell *)self;
  cell->link.next = cells;
  cells = cell;
}
TYPE(cell)

// -- in module state, found by what PyModule_GetState is cast to
typedef struct {
  Node *spare[8];
  int count;
} ModuleState;

static ModuleState *get_state(PyObject *module) {
  void *state = PyModule_GetState(module);
  return (ModuleState *)state;
}
static PyObject *state_make(PyObject *module, PyObject *unused) {
  ModuleState *state = get_state(module);
  return state->count ? (PyObject *)state->spare[--state->count] : NULL;
}
// CHECK: shapes.c:[[@LINE-2]]:37: error: free list 'ModuleState->spare' is popped in 'state_make' and pushed in 'state_drop' without synchronisation;
// CHECK-NEXT: note: 'state_make' is a method
// CHECK-NEXT: :[[@LINE+4]]:3: note: pushed here in 'state_drop'
// CHECK-NEXT: note: 'state_drop' is a method
// CHECK-NEXT: note: guard every
static PyObject *state_drop(PyObject *module, PyObject *node) {
  get_state(module)->spare[get_state(module)->count++] = (Node *)node;
  return NULL;
}
extern PyMethodDef state_methods[];
PyMethodDef state_methods[] = {
    {"make", state_make, METH_NOARGS, NULL}, {"drop", state_drop, METH_O, NULL}, {NULL, NULL, 0, NULL}};
// CHECK-NEXT: end of report
