#include "module.h"

#include <atomic>
#include <system_error>
#include <thread>
#include <ungil/once_ref.h>
#include <vector>

using ungil::AttachScope;
using ungil::Detached;
using ungil::EntryScope;
using ungil::OnceRef;
using ungil::Py;

namespace {

/// What the workers share. The caller keeps `function` and `items`, and outlives the workers.
struct Job {
  PyObject *function;
  PyObject *items; // tuple
  std::vector<Py<>> results;
  std::atomic<Py_ssize_t> next{0};
  OnceRef error; // the first exception
};

/// The exception that is set, as an object.
Py<> raised() {
#if PY_VERSION_HEX >= 0x030C0000
  return Py<>::steal(PyErr_GetRaisedException());
#else
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback)
    PyException_SetTraceback(value, traceback);
  Py_XDECREF(traceback);
  Py_XDECREF(type);
  return Py<>::steal(value);
#endif
}

/// A worker: takes the next item, until there is none or a call has failed. Each result has a place that one
/// worker alone writes and that the caller reads after the worker has ended.
void work(Job *job) {
  AttachScope attached;
  const Py_ssize_t count = PyTuple_GET_SIZE(job->items);
  while (!job->error.get()) {
    const Py_ssize_t i = job->next.fetch_add(1, std::memory_order_relaxed);
    if (i >= count)
      return;
    auto result =
        Py<>::steal(PyObject_CallFunctionObjArgs(job->function, PyTuple_GET_ITEM(job->items, i), nullptr));
    if (!result)
      job->error.get_or_init(attached, raised);
    PyErr_Clear(); // a later exception, if this worker's was not the first
    job->results[std::size_t(i)] = std::move(result);
  }
}

/// Threads that are joined, whatever happens.
class Workers {
public:
  /// Starts up to `count`. Fewer do the same work; false when not even one could be started.
  bool start(int count, Job *job) try {
    threads.reserve(std::size_t(count));
    while (count-- > 0)
      threads.emplace_back(work, job);
    return true;
  } catch (const std::system_error &) {
    return !threads.empty();
  }
  ~Workers() {
    for (std::thread &thread : threads)
      thread.join();
  }

private:
  std::vector<std::thread> threads;
};

bool run(ungil::Attached &attached, Job &job, int count) {
  Detached detached(attached);
  Workers workers;
  return workers.start(count, &job);
}

PyObject *geometry_parallel(PyObject *, PyObject *args) {
  EntryScope attached;
  PyObject *function, *iterable;
  int count = 4;
  if (!PyArg_ParseTuple(args, "OO|i:parallel", &function, &iterable, &count))
    return nullptr;
  if (count < 1 || count > 64) {
    PyErr_SetString(PyExc_ValueError, "from 1 to 64 workers");
    return nullptr;
  }
  auto items = Py<>::steal(PySequence_Tuple(iterable));
  if (!items)
    return nullptr;
  Job job{function, items.get(), std::vector<Py<>>(std::size_t(PyTuple_GET_SIZE(items.get()))), {}, {}};
  if (!run(attached, job, count)) {
    PyErr_SetString(PyExc_RuntimeError, "no thread could be started");
    return nullptr;
  }
  if (PyObject *error = job.error.get()) {
    PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(error)), error);
    return nullptr;
  }
  auto list = Py<>::steal(PyList_New(Py_ssize_t(job.results.size())));
  for (std::size_t i = 0; list && i < job.results.size(); ++i)
    PyList_SET_ITEM(list.get(), Py_ssize_t(i), job.results[i].release());
  return list.release();
}

PyMethodDef workers_methods[] = {
    {"parallel", geometry_parallel, METH_VARARGS,
     "parallel(function, items, workers=4)\n--\n\nReturn [function(item) for item in items], called by "
     "several threads."},
    {nullptr, nullptr, 0, nullptr},
};

} // namespace

int workers_add_to_module(PyObject *module) { return PyModule_AddFunctions(module, workers_methods); }
