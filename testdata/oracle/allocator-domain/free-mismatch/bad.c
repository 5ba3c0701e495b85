// rule: ungil-allocator-domain
// oracle: crash
// needs: python
// driver: call
//
// Memory of one domain, freed in another.

#include "fixture.h" // judged under PYTHONMALLOC=debug: pymalloc-debug

static PyObject *run(PyObject *module, PyObject *arg) {
  char *buffer = (char *)PyMem_Malloc(64);
  if (!buffer)
    return PyErr_NoMemory();
  buffer[0] = 1;
  PyObject_Free(buffer); // FLAG
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
