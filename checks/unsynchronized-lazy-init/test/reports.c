// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-unsynchronized-lazy-init' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
#include <Python.h>

PyObject *make(void);

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static PyObject *cached;
static PyObject *tested_and_stored(PyObject *module, PyObject *unused) {
  if (cached == NULL)
    cached = make();
  return Py_XNewRef(cached);
}
METHOD(tested_and_stored)

static PyObject *returned_early(PyObject *module, PyObject *unused) {
  static PyObject *decimal;
  if (decimal)
    return Py_NewRef(decimal);
  decimal = PyImport_ImportModule("decimal");
  return Py_XNewRef(decimal);
}
METHOD(returned_early)

static char digits[256];
static PyObject *flag_and_payload(PyObject *module, PyObject *unused) {
  static int done;
  if (!done) {
    for (int i = 0; i < 256; i++)
      digits[i] = (char)i;
    done = 1;
  }
  return PyLong_FromLong(digits[7]);
}
METHOD(flag_and_payload)

// Helpers that get the variable's address are followed to the caller that names it.
static int fill(PyObject **slot) {
  if (*slot == NULL)
    *slot = make();
  return *slot ? 0 : -1;
}
static PyObject *through_helper(PyObject *module, PyObject *unused) {
  static PyObject *slot;
  return fill(&slot) < 0 ? NULL : Py_NewRef(slot);
}
METHOD(through_helper)

static PyMutex lock;
static PyObject *published;
static PyObject *double_checked(PyObject *module, PyObject *unused) {
  if (!published) {
    PyMutex_Lock(&lock);
    if (!published)
      published = make();
    PyMutex_Unlock(&lock);
  }
  return Py_XNewRef(published);
}
METHOD(double_checked)

static PyObject *late;
static PyObject *not_tested_again(PyObject *module, PyObject *unused) {
  if (!late) {
    PyMutex_Lock(&lock);
    late = make();
    PyMutex_Unlock(&lock);
  }
  Py_RETURN_NONE;
}
METHOD(not_tested_again)

typedef struct {
  PyObject_HEAD
  PyObject *args, *parameters, *dict;
} Alias;

// The section is suspended while the call runs Python code: another thread finds the field unset too.
static PyObject *get_parameters(PyObject *op, void *closure) {
  Alias *self = (Alias *)op;
  PyObject *result;
  Py_BEGIN_CRITICAL_SECTION(op);
  if (!self->parameters)
    self->parameters = PyObject_CallOneArg(self->args, op);
  result = Py_XNewRef(self->parameters);
  Py_END_CRITICAL_SECTION();
  return result;
}

static PyObject *get_dict(PyObject *op, void *closure) {
  Alias *self = (Alias *)op;
  if (self->dict == NULL) {
    self->dict = PyDict_New();
    if (self->dict == NULL)
      return NULL;
  }
  return Py_NewRef(self->dict);
}
PyGetSetDef getters[] = {{"parameters", get_parameters, NULL, NULL, NULL}, {"dict", get_dict, NULL, NULL, NULL}};
// CHECK: :[[@LINE-90]]:7: warning: 'cached' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-87]]:1: note: 'tested_and_stored' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-91]]:5: note: stored here in 'tested_and_stored'
// CHECK-NEXT: :[[@LINE-93]]:7: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first
// CHECK-NEXT: :[[@LINE-86]]:7: warning: 'decimal' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-82]]:1: note: 'returned_early' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-86]]:3: note: stored here in 'returned_early'
// CHECK-NEXT: :[[@LINE-89]]:7: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first
// CHECK-NEXT: :[[@LINE-80]]:8: warning: 'done' is initialised on first use without synchronisation; concurrent callers can both initialise it and read a half-written value [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-74]]:1: note: 'flag_and_payload' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-79]]:5: note: stored here in 'flag_and_payload'
// CHECK-NEXT: :[[@LINE-83]]:8: note: fill what it announces in the module's exec function, or test and fill under one PyMutex
// CHECK-NEXT: :[[@LINE-73]]:7: warning: 'slot' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-66]]:1: note: 'through_helper' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-69]]:10: note: which calls 'fill' here
// CHECK-NEXT: :[[@LINE-75]]:5: note: stored here in 'fill'
// CHECK-NEXT: :[[@LINE-77]]:7: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first
// CHECK-NEXT: :[[@LINE-65]]:8: warning: 'published' is tested without the lock that its initialisation holds; double-checked locking needs an acquire load here and a release store [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-58]]:1: note: 'double_checked' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-64]]:7: note: stored here in 'double_checked', holding 'lock'
// CHECK-NEXT: :[[@LINE-68]]:8: note: load with acquire here and store with release, or take the lock first
// CHECK-NEXT: :[[@LINE-57]]:8: warning: 'late' is tested before the lock is taken and not again under it; concurrent callers can both initialise it (leaks a reference) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-51]]:1: note: 'not_tested_again' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-57]]:5: note: stored here in 'not_tested_again', holding 'lock'
// CHECK-NEXT: :[[@LINE-60]]:8: note: test again once the lock is held, and drop the new value if another thread was first
// CHECK-NEXT: :[[@LINE-42]]:8: warning: 'Alias.parameters' is initialised on first use in a critical section that the initialiser can suspend; concurrent callers can both initialise it (leaks a reference) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-27]]:41: note: 'get_parameters' is a getter; several threads can run it at once
// CHECK-NEXT: :[[@LINE-43]]:24: note: this call can run Python code or wait, which suspends the critical section
// CHECK-NEXT: :[[@LINE-44]]:5: note: stored here in 'get_parameters', holding 'op'
// CHECK-NEXT: :[[@LINE-46]]:8: note: test again before the store, and drop the new value if another thread was first
// CHECK-NEXT: :[[@LINE-38]]:7: warning: 'Alias.dict' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-32]]:85: note: 'get_dict' is a getter; several threads can run it at once
// CHECK-NEXT: :[[@LINE-39]]:5: note: stored here in 'get_dict'
// CHECK-NEXT: :[[@LINE-41]]:7: note: make the value first, then test and store in the object's critical section, and drop the value if another thread was first
// CHECK: end of report
