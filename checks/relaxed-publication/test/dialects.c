// RUN: %both --checks='-*,ungil-relaxed-publication' %s -- -I%py314t -std=gnu11 | %filecheck %s
#include <Python.h>
#include <stdatomic.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static atomic_int c11_ready;
static int c11_value;
static PyObject *set_c11(PyObject *module, PyObject *value) {
  c11_value = (int)PyLong_AsLong(value);
  atomic_store_explicit(&c11_ready, 1, memory_order_relaxed);
  Py_RETURN_NONE;
}
METHOD(set_c11)
static PyObject *get_c11(PyObject *module, PyObject *unused) {
  if (!atomic_load_explicit(&c11_ready, memory_order_acquire))
    Py_RETURN_NONE;
  return PyLong_FromLong(c11_value);
}
METHOD(get_c11)

static int builtin_ready, builtin_value;
static PyObject *set_builtin(PyObject *module, PyObject *value) {
  builtin_value = (int)PyLong_AsLong(value);
  __atomic_store_n(&builtin_ready, 1, __ATOMIC_RELEASE);
  Py_RETURN_NONE;
}
METHOD(set_builtin)
static PyObject *get_builtin(PyObject *module, PyObject *unused) {
  if (__atomic_load_n(&builtin_ready, __ATOMIC_RELAXED))
    return PyLong_FromLong(builtin_value);
  Py_RETURN_NONE;
}
METHOD(get_builtin)

typedef struct {
  long size;
} Table;
static Table *python_table;
static PyObject *set_python(PyObject *module, PyObject *unused) {
  Table *table = (Table *)PyMem_Malloc(sizeof(Table));
  table->size = 16;
  _Py_atomic_store_ptr_relaxed(&python_table, table);
  Py_RETURN_NONE;
}
METHOD(set_python)
static PyObject *get_python(PyObject *module, PyObject *unused) {
  Table *table = (Table *)_Py_atomic_load_ptr_acquire(&python_table);
  return PyLong_FromLong(table ? table->size : 0);
}
METHOD(get_python)
// CHECK: :[[@LINE-41]]:3: warning: 'c11_ready' publishes what was written before, but this operation is memory_order_relaxed; a thread can see it without the data (needs release) [ungil-relaxed-publication]
// CHECK-NEXT: :[[@LINE-39]]:1: note: 'set_c11' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-38]]:8: note: read here in 'get_c11'
// CHECK-NEXT: :[[@LINE-44]]:3: note: store with release here, and load with acquire there
// CHECK: :[[@LINE-26]]:7: warning: 'builtin_ready' says that other data is ready, but this load is memory_order_relaxed; the data can be read as it was before (needs acquire) [ungil-relaxed-publication]
// CHECK-NEXT: :[[@LINE-23]]:1: note: 'get_builtin' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-33]]:3: note: published here in 'set_builtin'
// CHECK-NEXT: :[[@LINE-28]]:28: note: load with acquire before the data is read here
// CHECK: :[[@LINE-17]]:3: warning: 'python_table' publishes what was written before, but this operation is memory_order_relaxed; a thread can see it without the data (needs release) [ungil-relaxed-publication]
// CHECK-NEXT: :[[@LINE-15]]:1: note: 'set_python' is a method; several threads can run it at once
// CHECK-NEXT: :[[@LINE-14]]:27: note: read here in 'get_python'
// CHECK-NEXT: :[[@LINE-20]]:3: note: store with release here, and load with acquire there
// CHECK: end of report
