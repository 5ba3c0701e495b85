// RUN: %both --checks='-*,ungil-mutable-global-state' %s -- -I%py314t -std=gnu11 | %filecheck %s
// Every silencer alone, and the traps.
#include <Python.h>
#include <stdatomic.h>

PyObject *make(void);

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static PyMutex lock;
static unsigned long long guarded;
static PyObject *with_lock(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&lock);
  unsigned long long id = ++guarded;
  PyMutex_Unlock(&lock);
  return PyLong_FromUnsignedLongLong(id);
}
METHOD(with_lock)

// A lock macro of the project expands to a critical section on one dummy object.
static PyObject dummy;
#define CACHE_LOCK() Py_BEGIN_CRITICAL_SECTION(&dummy)
#define CACHE_UNLOCK() Py_END_CRITICAL_SECTION()
static PyObject *cache;
static PyObject *lock_macro(PyObject *module, PyObject *value) {
  CACHE_LOCK();
  Py_XSETREF(cache, Py_NewRef(value));
  CACHE_UNLOCK();
  Py_RETURN_NONE;
}
METHOD(lock_macro)

static unsigned long long from_callers;
static unsigned long long next_id(void) { return ++from_callers; }
static PyObject *caller_locks(PyObject *module, PyObject *unused) {
  PyMutex_Lock(&lock);
  unsigned long long id = next_id();
  PyMutex_Unlock(&lock);
  return PyLong_FromUnsignedLongLong(id);
}
METHOD(caller_locks)

static _Atomic unsigned long long counted;
static PyObject *atomic_type(PyObject *module, PyObject *unused) { return PyLong_FromUnsignedLongLong(++counted); }
METHOD(atomic_type)

static Py_ssize_t counted_by_function;
static PyObject *atomic_function(PyObject *module, PyObject *unused) {
  return PyLong_FromSsize_t(_Py_atomic_add_ssize(&counted_by_function, 1));
}
METHOD(atomic_function)

#define PROJECT_TLS _Thread_local
static PROJECT_TLS char text[32];
static PyObject *thread_local_buffer(PyObject *module, PyObject *value) {
  PyOS_snprintf(text, sizeof text, "%p", (void *)value);
  return PyUnicode_FromString(text);
}
METHOD(thread_local_buffer)

static PyObject *epoch; // not const, but only initialisation writes it
static int table[4];
static PyObject *read_only(PyObject *module, PyObject *unused) { return PyLong_FromLong(table[1] + (epoch != NULL)); }
METHOD(read_only)
static int initialised;
static void initialise_once(void) {
  if (initialised)
    return;
  table[1] = 1;
  initialised = 1;
}
static int execute(PyObject *module) {
  initialise_once();
  epoch = make();
  return 0;
}
PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)execute}, {0, NULL}};

static char *message;
static PyObject *never_registered(PyObject *module, PyObject *unused) {
  message = strdup("nobody calls this");
  return NULL;
}

static int seen; // every writer stores the same
static PyObject *monotone(PyObject *module, PyObject *unused) {
  seen = 1;
  return PyBool_FromLong(seen);
}
METHOD(monotone)

static int verbose; // a setting: a stale value does no harm
static PyObject *set_verbose(PyObject *module, PyObject *value) {
  verbose = PyObject_IsTrue(value);
  Py_RETURN_NONE;
}
METHOD(set_verbose)
static PyObject *get_verbose(PyObject *module, PyObject *unused) { return PyBool_FromLong(verbose); }
METHOD(get_verbose)

static unsigned long long under_stop;
static PyObject *switched_off(PyObject *module, PyObject *unused) {
  if (0)
    ++under_stop;
  Py_RETURN_NONE;
}
METHOD(switched_off)

// What two pointers lead to: nobody here knows whose memory that is.
static int **grid;
static PyObject *set_cell(PyObject *module, PyObject *unused) {
  **grid = 1;
  Py_RETURN_NONE;
}
METHOD(set_cell)
static PyObject *get_cell(PyObject *module, PyObject *unused) { return PyLong_FromLong(**grid); }
METHOD(get_cell)
// A table of names that a library's function takes without const.
int print_names(char *to, const char *names[]);
static const char *names[] = {"one", "two"};
static PyObject *format(PyObject *module, PyObject *unused) {
  char text[16];
  return PyLong_FromLong(print_names(text, names));
}
METHOD(format)
// CHECK: end of report
