// rule: ungil-clone-without-attached-thread
// oracle: crash
// needs: free-threaded
// driver: call
//
// The owner of an object dies before the guard that attaches the thread again.

#include "fixture.h"

class Release {
public:
  Release() : state(PyEval_SaveThread()) {}
  ~Release() { PyEval_RestoreThread(state); }

private:
  PyThreadState *state;
};

class Owner {
public:
  explicit Owner(PyObject *object) : object(object) {}
  ~Owner() { Py_XDECREF(object); }

private:
  PyObject *object;
};

static PyObject *run(PyObject *, PyObject *) {
  Release release;
  PyGILState_STATE state = PyGILState_Ensure();
  Owner owner(PyList_New(1000)); // FLAG
  PyGILState_Release(state);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {NULL, NULL, 0, NULL}};
MODULE(methods, fixture_no_exec)
