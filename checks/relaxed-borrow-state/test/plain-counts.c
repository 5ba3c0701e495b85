// RUN: %both --checks='-*,ungil-relaxed-borrow-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Reference counts that are no atomics: several objects of Python share what they count.
#include <Python.h>
#include <stdlib.h>

#define METHOD(f) static PyMethodDef f##_method[] = {{#f, f, METH_O}, {0}};
#define DEALLOC(f) static PyType_Slot f##_slots[] = {{Py_tp_dealloc, f}, {0}}; PyType_Spec f##_spec = {#f, 64, 0, 0, f##_slots};

// One test, by a helper that the destructors call.
typedef struct { int refs; char *text; } Text;
typedef struct { PyObject_HEAD Text *text; } View;
static void drop(Text *t) {
  if (--t->refs == 0) {
    free(t->text);
    free(t);
  }
}
static void free_view(PyObject *self) { drop(((View *)self)->text); }
DEALLOC(free_view)
static PyObject *share(PyObject *self, PyObject *other) {
  ((View *)other)->text = ((View *)self)->text;
  ((View *)other)->text->refs++;
  return Py_NewRef(other);
}
METHOD(share)

// Counted first and asked afterwards; the rest of the function is for the last one; freed by a helper.
typedef struct { long uses; } Pool;
typedef struct { PyObject_HEAD Pool *pool; } User;
static void end_pool(Pool *p) { free(p); }
static void leave(PyObject *self) {
  Pool *p = ((User *)self)->pool;
  p->uses -= 1;
  if (p->uses > 0)
    return;
  end_pool(p);
}
DEALLOC(leave)
static PyObject *enter(PyObject *self, PyObject *other) {
  Pool *p = ((User *)self)->pool;
  p->uses += 1;
  ((User *)other)->pool = p;
  return Py_NewRef(other);
}
METHOD(enter)

// Nothing is said of a count that a lock guards,
typedef struct { int refs; } Locked;
typedef struct { PyObject_HEAD Locked *l; } LockedUser;
static PyMutex mutex;
static void drop_locked(PyObject *self) {
  Locked *l = ((LockedUser *)self)->l;
  PyMutex_Lock(&mutex);
  if (--l->refs == 0)
    free(l);
  PyMutex_Unlock(&mutex);
}
DEALLOC(drop_locked)
static PyObject *keep_locked(PyObject *self, PyObject *other) {
  PyMutex_Lock(&mutex);
  ((LockedUser *)self)->l->refs++;
  PyMutex_Unlock(&mutex);
  return Py_NewRef(other);
}
METHOD(keep_locked)
// of one that a caller guards by contract,
static void drop_lock_held(Locked *l) {
  if (--l->refs == 0)
    free(l);
}
static PyObject *forget(PyObject *self, PyObject *other) {
  PyMutex_Lock(&mutex);
  drop_lock_held(((LockedUser *)self)->l);
  PyMutex_Unlock(&mutex);
  return Py_NewRef(other);
}
METHOD(forget)
// of a number that frees something else than its struct,
typedef struct { int left; char *buffer; } Window;
typedef struct { PyObject_HEAD Window *w; } Windows;
static PyObject *next(PyObject *self, PyObject *other) {
  Window *w = ((Windows *)self)->w;
  if (--w->left == 0)
    free(w->buffer);
  return Py_NewRef(other);
}
METHOD(next)
static PyObject *more(PyObject *self, PyObject *other) {
  ((Windows *)self)->w->left++;
  return Py_NewRef(other);
}
METHOD(more)
// of one that nothing increments, and of one that is counted up in construction of the module alone.
typedef struct { int days; } Trial;
typedef struct { PyObject_HEAD Trial *t; } Trials;
static PyObject *day(PyObject *self, PyObject *other) {
  Trial *t = ((Trials *)self)->t;
  if (--t->days == 0)
    free(t);
  return Py_NewRef(other);
}
METHOD(day)
// CHECK: :[[@LINE-90]]:7: error: 'Text.refs' acts as a reference count, but is no atomic; two threads can both bring it to zero, or neither [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-85]]:1: note: 'free_view' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-87]]:41: note: which calls 'drop' here
// CHECK-NEXT: :[[@LINE-84]]:3: note: incremented here in 'share'
// CHECK-NEXT: :[[@LINE-94]]:7: note: count with an atomic, acq_rel for this decrement; or hold one lock from here until the struct is destroyed, and for each increment
// CHECK: :[[@LINE-75]]:3: error: 'Pool.uses' acts as a reference count, but is no atomic; two threads can both bring it to zero, or neither [ungil-relaxed-borrow-state]
// CHECK-NEXT: :[[@LINE-71]]:1: note: 'leave' is tp_dealloc; several threads can run it at once
// CHECK-NEXT: :[[@LINE-69]]:3: note: incremented here in 'enter'
// CHECK-NEXT: :[[@LINE-78]]:3: note: count with an atomic, acq_rel for this decrement; or hold one lock from here until the struct is destroyed, and for each increment
// CHECK: end of report
