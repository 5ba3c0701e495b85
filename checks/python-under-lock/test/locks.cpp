// RUN: %both --checks='-*,ungil-python-under-lock' %s -- -I%py314t -std=c++17 | %filecheck %s
#include <Python.h>
#include <mutex>

// An allocator that stands for its lock, as NumPy's strings have one.
struct npy_string_allocator;
typedef struct {
  PyObject_HEAD
  npy_string_allocator *allocator;
} PyArray_StringDTypeObject;
npy_string_allocator *NpyString_acquire_allocator(const PyArray_StringDTypeObject *descr);
void NpyString_release_allocator(npy_string_allocator *allocator);
int pack(npy_string_allocator *allocator, PyObject *text);

static PyObject *as_text(PyObject *item) { return PyObject_Str(item); }

int set_item(PyArray_StringDTypeObject *descr, PyObject *item) {
  npy_string_allocator *allocator = NpyString_acquire_allocator(descr);
  PyObject *text = as_text(item);
  int result = text ? pack(allocator, text) : -1;
  NpyString_release_allocator(allocator);
  Py_XDECREF(text);
  return result;
}
// CHECK: :[[@LINE-6]]:20: warning: 'PyObject_Str' can run any Python code while 'descr' is held; if that comes back to this module, the thread waits for itself [ungil-python-under-lock]
// CHECK-NEXT: :[[@LINE-8]]:37: note: 'descr' is taken here
// CHECK-NEXT: :[[@LINE-12]]:51: note: in 'as_text', 'PyObject_Str' is called here
// CHECK-NEXT: :[[@LINE-10]]:37: note: 'set_item' would wait for it here
// CHECK-NEXT: :[[@LINE-10]]:20: note: do it before locking or after unlocking, or use a critical section, which is suspended meanwhile

// Silent: converted first.
int set_item_well(PyArray_StringDTypeObject *descr, PyObject *item) {
  PyObject *text = as_text(item);
  if (!text)
    return -1;
  npy_string_allocator *allocator;
  allocator = NpyString_acquire_allocator(descr);
  int result = pack(allocator, text);
  NpyString_release_allocator(allocator);
  Py_DECREF(text);
  return result;
}

// Silent: the text of a number is made by the interpreter alone.
static int set_number(PyArray_StringDTypeObject *descr, long value) {
  npy_string_allocator *allocator = NpyString_acquire_allocator(descr);
  PyObject *number = PyLong_FromLong(value);
  PyObject *text = as_text(number);
  int result = pack(allocator, text);
  NpyString_release_allocator(allocator);
  Py_XDECREF(number);
  return result;
}

void *item_functions[] = {(void *)set_item, (void *)set_item_well, (void *)set_number};

// Silent: other units call it, and nobody knows on whose behalf.
int set_item_exported(PyArray_StringDTypeObject *descr, PyObject *item) {
  npy_string_allocator *allocator = NpyString_acquire_allocator(descr);
  PyObject *text = as_text(item);
  NpyString_release_allocator(allocator);
  Py_XDECREF(text);
  return text ? 0 : -1;
}

// Silent: a recursive mutex lets its own thread in.
static std::recursive_mutex recursive;
static PyObject *under_recursive(PyObject *, PyObject *item) {
  recursive.lock();
  PyObject *text = PyObject_Str(item);
  recursive.unlock();
  return text;
}

// Silent: what is only made under the lock.
static PyMutex entries;
static PyObject *list_entries(PyObject *, PyObject *) {
  PyMutex_Lock(&entries);
  PyObject *list = PyList_New(0);
  PyObject *name = list ? PyUnicode_FromString("root") : nullptr;
  PyMutex_Unlock(&entries);
  Py_XDECREF(name);
  return list;
}

// Silent: making a type from a specification with plain bases runs no Python code.
static PyMutex types;
static PyType_Slot slots[] = {{0, nullptr}};
static PyType_Spec spec = {"m.T", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
static PyObject *type;
static PyObject *get_type(PyObject *, PyObject *) {
  PyMutex_Lock(&types);
  if (!type)
    type = PyType_FromSpec(&spec);
  PyMutex_Unlock(&types);
  return Py_XNewRef(type);
}

// Silent: a lock of one call.
static PyObject *local_lock(PyObject *, PyObject *item) {
  std::mutex mutex;
  std::lock_guard<std::mutex> guard(mutex);
  return PyObject_Str(item);
}

PyMethodDef methods[] = {{"under_recursive", under_recursive, METH_O, nullptr},
                         {"list_entries", list_entries, METH_NOARGS, nullptr},
                         {"get_type", get_type, METH_NOARGS, nullptr},
                         {"local_lock", local_lock, METH_O, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
// CHECK: end of report
