// RUN: %both --checks='-*,ungil-allocator-domain' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>

template <class T> struct Pool {
  T *allocate(size_t n) {
    void *p;
    if (n == 1)
      p = PyObject_Malloc(sizeof(T));
    else
      p = PyMem_Malloc(sizeof(T) * n);
    return static_cast<T *>(p);
  }
};

struct Frame {
  int depth;
};

struct Object {
  PyObject_HEAD
  int n;
};

Frame *frame() { return Pool<Frame>().allocate(1); }
// CHECK: :[[@LINE-17]]:11: {{error|warning}}: 'PyObject_Malloc' is used for 'Frame', which is no Python object; memory of the object allocator may hold objects only, use 'PyMem_Malloc' [ungil-allocator-domain]
// CHECK-NEXT: note: use 'PyMem_Malloc' here

Object *object() {
  auto *o = static_cast<Object *>(PyObject_Malloc(sizeof(Object)));
  return o;
}
// CHECK: end of report
