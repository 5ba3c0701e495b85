// Types that PyType_FromSlots makes from a table of PySlot.
// RUN: %both --checks='-*,ungil-traverse-incomplete,ungil-traverse-missing-type-visit' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-traverse-incomplete,ungil-traverse-missing-type-visit' %s -- -I%py314t -x c++ -std=c++20 | %filecheck %s
#include <Python.h>
#ifndef PySlot_END // Python 3.15
typedef struct PySlot {
  uint16_t sl_id;
  uint16_t sl_flags;
  union {
    uint32_t sl_reserved;
  };
  union {
    void *sl_ptr;
    void (*sl_func)(void);
    Py_ssize_t sl_size;
    uint64_t sl_uint64;
  };
} PySlot;
#define PySlot_FUNC(NAME, VALUE) {.sl_id = (NAME), .sl_func = (void (*)(void))(VALUE)}
#define PySlot_SIZE(NAME, VALUE) {.sl_id = (NAME), .sl_size = (Py_ssize_t)(VALUE)}
#define PySlot_UINT64(NAME, VALUE) {.sl_id = (NAME), .sl_uint64 = (uint64_t)(VALUE)}
#define PySlot_STATIC_DATA(NAME, VALUE) {.sl_id = (NAME), .sl_flags = 2, .sl_ptr = (void *)(VALUE)}
#define PySlot_PTR(NAME, VALUE) {(NAME), 4, {0}, {(void *)(VALUE)}}
#define PySlot_END {0}
#define Py_tp_slots 93
#define Py_tp_name 95
#define Py_tp_basicsize 96
#define Py_tp_flags 99
#define Py_mod_exec_of_any 85
#ifdef __cplusplus
extern "C"
#endif
PyObject *PyType_FromSlots(const PySlot *);
#endif

typedef struct {
  PyObject_HEAD
  PyObject *a, *b;
} Pair;
static int clear(PyObject *o) {
  Py_CLEAR(((Pair *)o)->a);
  Py_CLEAR(((Pair *)o)->b);
  return 0;
}
static int good_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Pair *)o)->a);
  Py_VISIT(((Pair *)o)->b);
  return 0;
}

static int bad_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(((Pair *)o)->a);
  return 0;
}
// CHECK: :[[@LINE-4]]:12: warning: 'b' is owned by 'm.Bad' but not visited in 'bad_traverse'
// CHECK-NEXT: :[[@LINE-19]]:17: note: 'b' is not visited
// CHECK-NEXT: :[[@LINE-16]]:3: note: it owns a reference: 'clear' releases it here
// CHECK-NEXT: :[[@LINE-7]]:12: note: add a Py_VISIT for it here
// CHECK: :[[@LINE-8]]:12: warning: instances of heap type 'm.Bad' own a reference to their type, but 'bad_traverse' does not visit it
// CHECK-NEXT: :[[@LINE+2]]:15: note: 'm.Bad' is a heap type: it is made from these slots
// CHECK-NEXT: :[[@LINE-10]]:12: note: add Py_VISIT(Py_TYPE(self)) (Python 3.9 and later)
static PySlot bad_slots[] = {PySlot_STATIC_DATA(Py_tp_name, "m.Bad"),
                             PySlot_SIZE(Py_tp_basicsize, sizeof(Pair)),
                             PySlot_UINT64(Py_tp_flags, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC),
                             PySlot_FUNC(Py_tp_traverse, bad_traverse),
                             PySlot_FUNC(Py_tp_clear, clear),
                             PySlot_END};
static PySlot good_slots[] = {PySlot_STATIC_DATA(Py_tp_name, "m.Good"),
                              PySlot_SIZE(Py_tp_basicsize, sizeof(Pair)),
                              PySlot_UINT64(Py_tp_flags, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC),
                              PySlot_FUNC(Py_tp_traverse, good_traverse),
                              PySlot_FUNC(Py_tp_clear, clear),
                              PySlot_END};

// Without designators, and with the slots of before.
static int old_traverse(PyObject *o, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(((Pair *)o)->b);
  return 0;
}
// CHECK: :[[@LINE-5]]:12: warning: 'a' is owned by 'm.Old' but not visited in 'old_traverse'
// CHECK-NEXT: :[[@LINE-45]]:13: note: 'a' is not visited
// CHECK-NEXT: :[[@LINE-43]]:3: note: it owns a reference: 'clear' releases it here
// CHECK-NEXT: :[[@LINE-8]]:12: note: add a Py_VISIT for it here
static PyType_Slot old_slots[] = {{Py_tp_traverse, (void *)old_traverse}, {Py_tp_clear, (void *)clear}, {0, NULL}};
static PySlot mixed_slots[] = {PySlot_PTR(Py_tp_name, "m.Old"),
                               PySlot_SIZE(Py_tp_basicsize, sizeof(Pair)),
                               PySlot_UINT64(Py_tp_flags, Py_TPFLAGS_HAVE_GC),
                               PySlot_PTR(Py_tp_slots, old_slots),
                               PySlot_END};

static int exec(PyObject *m) {
  if (PyModule_Add(m, "Bad", PyType_FromSlots(bad_slots)) < 0 || PyModule_Add(m, "Good", PyType_FromSlots(good_slots)) < 0)
    return -1;
  return PyModule_Add(m, "Old", PyType_FromSlots(mixed_slots));
}
static PySlot module_slots[] = {PySlot_FUNC(Py_mod_exec_of_any, exec), PySlot_END};
PySlot *PyModExport_m(void);
PySlot *PyModExport_m(void) { return module_slots; }
// CHECK: end of report
