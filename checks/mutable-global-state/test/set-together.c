// RUN: %both --checks='-*,ungil-mutable-global-state,ungil-unsynchronized-lazy-init' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Variables that one block makes on first use are one defect; what something else sets too is another.
#include <Python.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyObject *module_text, *main_text, *hook;
static PyObject *find(PyObject *module, PyObject *value) {
  if (module_text == NULL) {
    module_text = PyUnicode_InternFromString("__module__");
    main_text = PyUnicode_InternFromString("__main__");
    hook = Py_NewRef(Py_None);
  }
  PyObject *name = PyObject_GetAttr(value, module_text);
  return name ? name : PyObject_CallOneArg(hook, main_text);
}
METHOD(find)
static PyObject *set_hook(PyObject *module, PyObject *value) {
  hook = Py_NewRef(value);
  Py_RETURN_NONE;
}
METHOD(set_hook)
// CHECK: :[[@LINE-14]]:7: warning: 'module_text' is initialised on first use without synchronisation; concurrent callers can both initialise it (leaks or frees a value in use) [ungil-unsynchronized-lazy-init]
// CHECK-NEXT: :[[@LINE-7]]:1: note: 'find' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-15]]:5: note: stored here in 'find'
// CHECK-NEXT: :[[@LINE-17]]:7: note: initialise it in the module's exec function, or make the value first, then test and store under one PyMutex, and drop the value if another thread was first
// CHECK: :[[@LINE-15]]:5: warning: 'hook' is written in 'find' and in 'set_hook' with no common lock; a thread can use or free what another has replaced on a free-threaded build [ungil-mutable-global-state]
// CHECK-NEXT: :[[@LINE-11]]:1: note: 'find' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-10]]:3: note: written here in 'set_hook'
// CHECK-NEXT: :[[@LINE-8]]:1: note: 'set_hook' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-24]]:1: note: guard every use with one PyMutex, or give each thread or module its own
// CHECK: end of report
