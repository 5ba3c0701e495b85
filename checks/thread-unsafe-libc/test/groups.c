// Functions that share their state, and who may touch it.
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -std=gnu11 | %filecheck --check-prefixes=ALL,WRITES %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -x c++ -std=c++17 | %filecheck --check-prefixes=ALL,WRITES %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -std=gnu11 -DONLY_READS | %filecheck --check-prefixes=ALL %s
#include <Python.h>
#include <dirent.h>
#include <pwd.h>
#include <stdlib.h>

static PyMutex by_name_mutex, by_number_mutex;

// Two locks are none.
static PyObject *by_name(PyObject *self, PyObject *unused) {
  PyMutex_Lock(&by_name_mutex);
  struct passwd *entry = getpwnam("root");
  long id = entry ? (long)entry->pw_uid : -1;
  PyMutex_Unlock(&by_name_mutex);
  return PyLong_FromLong(id);
}
// ALL: :[[@LINE-5]]:26: {{error|warning}}: 'getpwnam' uses state that all threads of the process share; use 'getpwnam_r' or one lock
// ALL-NEXT: note: 'by_name' is a method
// ALL-NEXT: :[[@LINE+5]]:26: note: the same state is used under another lock here
// ALL-NEXT: :[[@LINE-8]]:26: note: two threads in 'getpwnam'
static PyObject *by_number(PyObject *self, PyObject *unused) {
  PyMutex_Lock(&by_number_mutex);
  // The path to the entry is of no interest.
  struct passwd *entry = getpwuid(0);
  long id = entry ? (long)entry->pw_gid : -1;
  PyMutex_Unlock(&by_number_mutex);
  return PyLong_FromLong(id);
}
// ALL: :[[@LINE-5]]:26: {{error|warning}}: 'getpwuid' uses state that all threads of the process share
// ALL-NEXT: note: 'by_number' is a method
// ALL-NEXT: note: the same state is used under another lock here
// ALL-NEXT: note: two threads in 'getpwuid'

typedef struct {
  PyObject_HEAD
  DIR *directory;
} Listing;

// A directory stream of the object is shared, one of the call is not.
static PyObject *next_name(PyObject *self, PyObject *unused) {
  struct dirent *entry = readdir(((Listing *)self)->directory);
  return entry ? PyUnicode_FromString(entry->d_name) : NULL;
}
// ALL: :[[@LINE-3]]:26: {{error|warning}}: 'readdir' uses state that all threads of the process share; use a directory stream for each thread or one lock
// ALL-NEXT: note: 'next_name' is a method
// ALL-NEXT: note: two threads in 'readdir'
static PyObject *count_names(PyObject *self, PyObject *unused) {
  DIR *directory = opendir(".");
  long count = 0;
  while (directory && readdir(directory))
    ++count;
  if (directory)
    closedir(directory);
  return PyLong_FromLong(count);
}

// Reading the environment is safe as long as nobody writes it.
static PyObject *home(PyObject *self, PyObject *unused) {
  const char *directory = getenv("HOME");
  return directory ? PyUnicode_FromString(directory) : Py_NewRef(Py_None);
}
// WRITES: :[[@LINE-3]]:27: {{error|warning}}: 'getenv' uses state that all threads of the process share; use os.environ or a copy made by module initialisation or one lock
// WRITES-NEXT: note: 'home' is a method
// WRITES-NEXT: note: two threads in 'getenv'
static PyObject *leave_home(PyObject *self, PyObject *unused) {
#ifndef ONLY_READS
  unsetenv("HOME");
#endif
  Py_RETURN_NONE;
}
// WRITES: :[[@LINE-4]]:3: {{error|warning}}: 'unsetenv' uses state that all threads of the process share
// WRITES-NEXT: note: 'leave_home' is a method
// WRITES-NEXT: note: two threads in 'unsetenv'
// ALL-NOT: getenv
// ALL: end of report

// The conversion state belongs to the process, unless the call only resets or asks.
static PyObject *width(PyObject *self, PyObject *unused) { return PyLong_FromLong(mblen(NULL, 0)); }

PyMethodDef methods[] = {{"by_name", by_name, METH_NOARGS, NULL},       {"by_number", by_number, METH_NOARGS, NULL},
                         {"next_name", next_name, METH_NOARGS, NULL},   {"count", count_names, METH_NOARGS, NULL},
                         {"home", home, METH_NOARGS, NULL},             {"leave", leave_home, METH_NOARGS, NULL},
                         {"width", width, METH_NOARGS, NULL},           {NULL, NULL, 0, NULL}};
