#include "module.h"

#include <cmath>
#include <mutex>
#include <thread>
#include <ungil/py.h>
#include <utility>
#include <vector>

PyDoc_STRVAR(furthest_doc, "furthest(points)\n--\n\n"
                           "Return the point that is furthest from the origin. Other threads run meanwhile.");

PyDoc_STRVAR(watch_doc, "watch(point)\n--\n\n"
                        "Let a background thread keep the point until settle() is called.");

PyDoc_STRVAR(settle_doc, "settle()\n--\n\n"
                         "Let the background threads drop the points that they keep.");

using ungil::Detached;
using ungil::EntryScope;
using ungil::Py;

/* A reference is taken by the attached thread, before the point goes to the worker, and moves there. The
 * worker may drop it: a detached drop waits in the pool of ungil::Py, where the reference itself keeps the
 * point alive.
 *
 *     main thread                        worker, detached                  references
 *  1. makes a point, watch(point)                                          1
 *  2. clones it for the worker           keeps the clone                   2
 *  3. del point                                                            1
 *  4.                                    drops its clone: "-1" waits       1
 *  5. settle() applies "-1"                                                0: freed
 */
static std::mutex watched_mutex;
static std::vector<Py<>> watched;

static void keep_point(Py<> point) {
  std::lock_guard<std::mutex> guard(watched_mutex);
  watched.push_back(std::move(point));
}

static void drop_points() {
  std::vector<Py<>> points;
  {
    std::lock_guard<std::mutex> guard(watched_mutex);
    points.swap(watched);
  }
}

static PyObject *geometry_watch(PyObject *Py_UNUSED(module), PyObject *point) {
  EntryScope attached;
  Py<> clone = Py<>::borrow(attached, point);
  {
    Detached detached(attached);
    std::thread(keep_point, std::move(clone)).join();
  }
  Py_RETURN_NONE;
}

static PyObject *geometry_settle(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
  EntryScope attached;
  {
    Detached detached(attached);
    std::thread(drop_points).join();
  }
  Py_RETURN_NONE;
}

struct Search {
  PyObject *points;
  PyObject *found; /* borrowed from points */
};

static void search_points(Search *search) {
  double longest = -1.0;

  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(search->points); i++) {
    PyObject *point = PyTuple_GET_ITEM(search->points, i);
    double length = std::hypot(((PointObject *)point)->x, ((PointObject *)point)->y);
    if (length > longest) {
      longest = length;
      search->found = point;
    }
  }
}

static bool all_points(PyObject *points) {
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(points); i++) {
    if (!Point_Check(PyTuple_GET_ITEM(points, i))) {
      PyErr_Format(PyExc_TypeError, "expected Point, not %.200s",
                   Py_TYPE(PyTuple_GET_ITEM(points, i))->tp_name);
      return false;
    }
  }
  return true;
}

static PyObject *geometry_furthest(PyObject *Py_UNUSED(module), PyObject *arg) {
  EntryScope attached;
  Py<> points = Py<>::steal(PySequence_Tuple(arg));
  if (!points || !all_points(points.get())) {
    return nullptr;
  }
  Search search = {points.get(), nullptr};
  {
    Detached detached(attached);
    std::thread(search_points, &search).join();
  }
  if (search.found == nullptr) {
    PyErr_SetString(PyExc_ValueError, "furthest of no points");
  }
  return Py_XNewRef(search.found);
}

static PyMethodDef background_methods[] = {
    {"furthest", geometry_furthest, METH_O, furthest_doc},
    {"watch", geometry_watch, METH_O, watch_doc},
    {"settle", geometry_settle, METH_NOARGS, settle_doc},
    {nullptr, nullptr, 0, nullptr},
};

int background_add_to_module(PyObject *module) { return PyModule_AddFunctions(module, background_methods); }
