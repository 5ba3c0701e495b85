#include "module.h"

#include <thread>
#include <vector>

namespace {

/// What the workers share. All of it is touched with the GIL held.
struct Job {
  PyObject *function;
  PyObject *items;   // tuple
  PyObject *results; // list
  Py_ssize_t next;
  PyObject *type, *value, *traceback; // the first exception
};

/// A worker: takes the next item, until there is none or a call has failed.
void work(Job *job) {
  PyGILState_STATE state = PyGILState_Ensure();
  while (job->next < PyTuple_GET_SIZE(job->items) && job->type == nullptr) {
    Py_ssize_t i = job->next++;
    PyObject *result = PyObject_CallFunctionObjArgs(job->function, PyTuple_GET_ITEM(job->items, i), nullptr);
    if (result)
      PyList_SetItem(job->results, i, result);
    else if (job->type == nullptr)
      PyErr_Fetch(&job->type, &job->value, &job->traceback);
    else
      PyErr_Clear();
  }
  PyGILState_Release(state);
}

void run(Job *job, int count) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back(work, job);
  for (std::thread &thread : threads)
    thread.join();
}

PyObject *geometry_parallel(PyObject *, PyObject *args) {
  PyObject *function, *iterable;
  int count = 4;
  if (!PyArg_ParseTuple(args, "OO|i:parallel", &function, &iterable, &count))
    return nullptr;
  if (count < 1 || count > 64) {
    PyErr_SetString(PyExc_ValueError, "from 1 to 64 workers");
    return nullptr;
  }
  PyObject *items = PySequence_Tuple(iterable);
  if (!items)
    return nullptr;
  Job job = {function, items, PyList_New(PyTuple_GET_SIZE(items)), 0, nullptr, nullptr, nullptr};
  if (job.results) {
    Py_BEGIN_ALLOW_THREADS run(&job, count);
    Py_END_ALLOW_THREADS
  }
  Py_DECREF(items);
  if (job.type) {
    Py_CLEAR(job.results);
    PyErr_Restore(job.type, job.value, job.traceback);
  }
  return job.results;
}

PyMethodDef workers_methods[] = {
    {"parallel", geometry_parallel, METH_VARARGS,
     "parallel(function, items, workers=4)\n--\n\nReturn [function(item) for item in items], called by "
     "several threads."},
    {nullptr, nullptr, 0, nullptr},
};

} // namespace

int workers_add_to_module(PyObject *module) { return PyModule_AddFunctions(module, workers_methods); }
