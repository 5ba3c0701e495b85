#include "module.h"

#include <cmath>
#include <mutex>
#include <thread>
#include <vector>

PyDoc_STRVAR(furthest_doc, "furthest(points)\n--\n\n"
                           "Return the point that is furthest from the origin. Other threads run meanwhile.");

PyDoc_STRVAR(watch_doc, "watch(point)\n--\n\n"
                        "Let a background thread keep the point until settle() is called.");

PyDoc_STRVAR(settle_doc, "settle()\n--\n\n"
                         "Let the background threads drop the points that they keep.");

/* Threads that are not attached must not touch reference counts. What they would do to them waits here, and
 * the next attached thread does it:
 *
 *     main thread                        worker, detached                  references
 *  1. makes a point, watch(point)                                          1
 *  2.                                    clones it: "+1" waits             1
 *  3. del point                                                            0: freed
 *  4. settle() applies "+1" ...                                            1, of freed memory
 *  5. ... and then "-1"                  drops its clone: "-1" waits       0: freed again
 */
static std::mutex pending_mutex;
static std::vector<PyObject *> pending_increments;
static std::vector<PyObject *> pending_decrements;

static PyObject *clone_detached(PyObject *object) {
  std::lock_guard<std::mutex> guard(pending_mutex);
  pending_increments.push_back(object);
  return object;
}

static void drop_detached(PyObject *object) {
  std::lock_guard<std::mutex> guard(pending_mutex);
  pending_decrements.push_back(object);
}

static void apply_pending() {
  std::vector<PyObject *> increments, decrements;
  {
    std::lock_guard<std::mutex> guard(pending_mutex);
    increments.swap(pending_increments);
    decrements.swap(pending_decrements);
  }
  for (PyObject *object : increments) {
    Py_INCREF(object);
  }
  for (PyObject *object : decrements) {
    Py_DECREF(object);
  }
}

static std::mutex watched_mutex;
static std::vector<PyObject *> watched;

static void keep_point(PyObject *point) {
  PyObject *clone = clone_detached(point);
  std::lock_guard<std::mutex> guard(watched_mutex);
  watched.push_back(clone);
}

static void drop_points() {
  std::lock_guard<std::mutex> guard(watched_mutex);
  for (PyObject *point : watched) {
    drop_detached(point);
  }
  watched.clear();
}

static PyObject *geometry_watch(PyObject *Py_UNUSED(module), PyObject *point) {
  Py_BEGIN_ALLOW_THREADS std::thread(keep_point, point).join();
  Py_END_ALLOW_THREADS Py_RETURN_NONE;
}

static PyObject *geometry_settle(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
  apply_pending();
  Py_BEGIN_ALLOW_THREADS std::thread(drop_points).join();
  Py_END_ALLOW_THREADS apply_pending();
  Py_RETURN_NONE;
}

struct Search {
  PyObject *points;
  PyObject *found;
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
  Py_XINCREF(search->found);
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
  Search search = {PySequence_Tuple(arg), nullptr};
  if (search.points == nullptr) {
    return nullptr;
  }
  if (all_points(search.points)) {
    Py_BEGIN_ALLOW_THREADS std::thread(search_points, &search).join();
    Py_END_ALLOW_THREADS if (search.found == nullptr) {
      PyErr_SetString(PyExc_ValueError, "furthest of no points");
    }
  }
  Py_DECREF(search.points);
  return search.found;
}

static PyMethodDef background_methods[] = {
    {"furthest", geometry_furthest, METH_O, furthest_doc},
    {"watch", geometry_watch, METH_O, watch_doc},
    {"settle", geometry_settle, METH_NOARGS, settle_doc},
    {nullptr, nullptr, 0, nullptr},
};

int background_add_to_module(PyObject *module) { return PyModule_AddFunctions(module, background_methods); }
