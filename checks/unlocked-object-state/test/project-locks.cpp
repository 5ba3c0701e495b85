// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-inconsistent-locking,ungil-unsynchronized-lazy-init' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// RUN: %both --checks='-*,ungil-unlocked-object-state,ungil-inconsistent-locking,ungil-unsynchronized-lazy-init' %s -- -I%py314t -x c -std=gnu11 | %filecheck %s
// More of the locks that projects have, and of the tests for the thread that owns an object.
#include <Python.h>
#ifdef __cplusplus
#include <mutex>
#endif

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// sqlite3: a helper of the connection looks, unless the user has switched it off.
typedef struct {
  PyObject_HEAD
  char *db;
  int check_same_thread;
  unsigned long thread_ident;
} Connection;
static int check_thread(Connection *self) {
  if (self->check_same_thread) {
    if (PyThread_get_thread_ident() != self->thread_ident) {
      PyErr_Format(PyExc_RuntimeError, "created in thread %lu", self->thread_ident);
      return 0;
    }
  }
  return 1;
}
static PyObject *close_connection(PyObject *op, PyObject *unused) {
  Connection *self = (Connection *)op;
  if (!check_thread(self))
    return NULL;
  char *db = self->db;
  self->db = NULL;
  PyMem_Free(db);
  Py_RETURN_NONE;
}
METHOD(close_connection)
static PyObject *database(PyObject *op, PyObject *unused) {
  Connection *self = (Connection *)op;
  if (!check_thread(self))
    return NULL;
  return self->db ? PyUnicode_FromString(self->db) : NULL;
}
METHOD(database)

// zstd: the dictionary for decompression is made by the first who needs it, under the mutex in the struct.
typedef struct {
  PyObject_HEAD
  PyMutex lock;
  void *d_dict;
  PyObject *content;
} ZstdDict;
void *create_d_dict(PyObject *);
static void *get_d_dict(ZstdDict *self) {
  void *found;
  PyMutex_Lock(&self->lock);
  if (self->d_dict == NULL)
    self->d_dict = create_d_dict(self->content);
  found = self->d_dict;
  PyMutex_Unlock(&self->lock);
  return found;
}
static PyObject *load_dict(PyObject *op, PyObject *unused) { return PyLong_FromVoidPtr(get_d_dict((ZstdDict *)op)); }
METHOD(load_dict)

// zlib, bz2, lzma: the lock is tried first, and waited for detached.
typedef struct {
  PyObject_HEAD
  PyThread_type_lock lock;
  char *unused_data;
  Py_ssize_t n;
} Compress;
#define ENTER_ZLIB(obj)                                                                                                \
  do {                                                                                                                 \
    if (!PyThread_acquire_lock((obj)->lock, 0)) {                                                                      \
      Py_BEGIN_ALLOW_THREADS PyThread_acquire_lock((obj)->lock, 1);                                                    \
      Py_END_ALLOW_THREADS                                                                                             \
    }                                                                                                                  \
  } while (0)
#define LEAVE_ZLIB(obj) PyThread_release_lock((obj)->lock)
static PyObject *compress(PyObject *op, PyObject *unused) {
  Compress *self = (Compress *)op;
  ENTER_ZLIB(self);
  self->unused_data[self->n++] = 1;
  LEAVE_ZLIB(self);
  Py_RETURN_NONE;
}
METHOD(compress)

// kiwi: one lock for all objects, taken by a macro.
#ifdef __cplusplus
static std::recursive_mutex global_lock;
#define ACQUIRE_GLOBAL_LOCK() std::lock_guard<std::recursive_mutex> lock(global_lock)
struct Solver {
  PyObject_HEAD
  char **rows;
  Py_ssize_t n;
};
static PyObject *add_constraint(PyObject *op, PyObject *unused) {
  Solver *self = reinterpret_cast<Solver *>(op);
  ACQUIRE_GLOBAL_LOCK();
  self->rows[self->n++] = nullptr;
  Py_RETURN_NONE;
}
METHOD(add_constraint)
static PyObject *dump(PyObject *op, PyObject *unused) {
  Solver *self = reinterpret_cast<Solver *>(op);
  ACQUIRE_GLOBAL_LOCK();
  return self->n ? PyUnicode_FromString(self->rows[self->n - 1]) : nullptr;
}
METHOD(dump)
#endif
// CHECK: end of report
