// A module that promises to need no GIL, over a library that is thread-safe in some of its builds only.
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -isystem %S/Inputs -std=gnu11 | %filecheck --check-prefix=PROMISED %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -isystem %S/Inputs -x c++ -std=c++17 | %filecheck --check-prefix=PROMISED %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -isystem %S/Inputs -std=gnu11 -DKEEPS_GIL | %filecheck --check-prefix=SILENT %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -isystem %S/Inputs -std=gnu11 -DSILENT_MODULE | %filecheck --check-prefix=SILENT %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -isystem %S/Inputs -std=gnu11 -DASKS_AT_RUN_TIME | %filecheck --check-prefix=SILENT %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -isystem %S/Inputs -std=gnu11 -DASKS_AT_COMPILE_TIME | %filecheck --check-prefix=SILENT %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -isystem %S/Inputs -std=gnu11 -DLOCKS | %filecheck --check-prefix=SILENT %s
// RUN: %both --checks='-*,ungil-thread-unsafe-libc' %s -- -I%py314t -isystem %S/Inputs -std=gnu11 -DONLY_AT_IMPORT | %filecheck --check-prefix=SILENT %s
// SILENT-NOT: thread-unsafe-libc
// SILENT: end of report
#include <Python.h>
#include <mpfr.h>

static double compute(void) {
  mpfr_t x;
  mpfr_init(x);
  double d = mpfr_get_d(x, 0);
  mpfr_clear(x);
  return d;
}

#ifdef LOCKS
static PyMutex mutex;
#endif

static PyObject *pi(PyObject *self, PyObject *unused) {
#ifdef ONLY_AT_IMPORT
  Py_RETURN_NONE;
#else
#ifdef LOCKS
  PyMutex_Lock(&mutex);
#endif
  double d = compute();
#ifdef LOCKS
  PyMutex_Unlock(&mutex);
#endif
  return PyFloat_FromDouble(d);
#endif
}
// PROMISED: :[[@LINE+23]]:5: {{error|warning}}: module 'precise' declares that it needs no GIL, but MPFR is thread-safe in some of its builds only, and nothing asks how it was built [ungil-thread-unsafe-libc]
// PROMISED-NEXT: :[[@LINE-25]]:3: note: MPFR is used here by several threads at once
// PROMISED-NEXT: :[[@LINE+21]]:5: note: declare Py_MOD_GIL_NOT_USED only where mpfr_buildopt_tls_p() is not 0
// PROMISED: end of report

static int exec(PyObject *module) {
#ifdef ASKS_AT_RUN_TIME
  if (!mpfr_buildopt_tls_p())
    return -1;
#endif
  return compute() < 0 ? -1 : 0;
}

static PyMethodDef methods[] = {{"pi", pi, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec},
#ifdef ASKS_AT_COMPILE_TIME
#ifdef MPFR_USE_THREAD_SAFE
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
#elif defined(KEEPS_GIL)
    {Py_mod_gil, Py_MOD_GIL_USED},
#elif !defined(SILENT_MODULE)
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "precise", NULL, 0, methods, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_precise(void) { return PyModuleDef_Init(&definition); }
