// Clang's -Wthread-safety on capi_detached.h and on the runtime's own annotations, checked with -verify.
#include "ungil/capi_detached.h"

#include "ungil/ungil.h"

#include <thread>

using namespace ungil;

void wait();
bool ready();

PyObject *call_in_macros(PyObject *list) {
  Py_BEGIN_ALLOW_THREADS
  wait();
  PyList_Append(list, list); // expected-warning {{cannot call function 'PyList_Append' while detached}}
  Py_INCREF(list);           // expected-warning {{while detached}}
  Py_DECREF(list);           // expected-warning {{while detached}}
  PyErr_SetString(nullptr, ""); // expected-warning {{while detached}}
  Py_END_ALLOW_THREADS
  PyList_Append(list, list);
  return list;
}

void allowed_while_detached() {
  Py_BEGIN_ALLOW_THREADS
  void *memory = PyMem_RawMalloc(1);
  PyMem_RawFree(memory);
  Py_AddPendingCall(nullptr, nullptr);
  Py_END_ALLOW_THREADS
}

PyObject *early_return(PyObject *object) {
  Py_BEGIN_ALLOW_THREADS // expected-note {{acquired here}}
  if (ready())
    return nullptr;
  Py_END_ALLOW_THREADS
  return object; // the region is left on one path only
} // expected-warning {{not held on every path}}

void call_in_scope(Attached &attached, PyObject *list) {
  Detached detached(attached);
  PyList_Append(list, list); // expected-warning {{cannot call function 'PyList_Append' while detached}}
}

bool return_from_scope(Attached &attached) {
  Detached detached(attached);
  return ready(); // the scope ends here too
}

Py<> proof_used_while_detached(Attached &attached, const Py<> &object) {
  Detached detached(attached);
  return object.clone(attached); // expected-warning {{cannot call function 'clone' while detached}}
}

void borrow_used_while_detached(Attached &attached, PyObject *object) {
  Detached detached(attached);
  Py<> mine = Py<>::borrow(attached, object); // expected-warning {{cannot call function 'borrow' while detached}}
}

void section_while_detached(Attached &attached, PyObject *object) {
  Detached detached(attached);
  CriticalSection section(attached, object); // expected-warning {{while detached}}
}

void flush_while_detached(Attached &attached) {
  Detached detached(attached);
  ReferencePool::flush(); // expected-warning {{while detached}}
}

void detach_twice(Attached &attached) {
  Detached detached(attached); // expected-note {{acquired here}}
  Detached again(attached);    // expected-warning {{already held}}
}

void native_thread_attaches_itself(Attached &attached, PyObject *list) {
  Detached detached(attached);
  std::thread([list] {
    AttachScope worker;
    PyList_Append(list, list);
  }).join();
}

void drop_is_fine(Attached &attached, Py<> object) {
  Detached detached(attached);
  object.reset();
}
