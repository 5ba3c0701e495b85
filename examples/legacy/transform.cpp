#include "module.h"

#include <atomic>
#include <new>

namespace {

/// Readers, or -1 while there is a writer.
class BorrowFlag {
public:
  bool try_share() {
    int readers = state.load(std::memory_order_relaxed);
    while (readers >= 0)
      if (state.compare_exchange_weak(readers, readers + 1, std::memory_order_relaxed))
        return true;
    PyErr_SetString(PyExc_RuntimeError, "Already mutably borrowed");
    return false;
  }
  void unshare() { state.fetch_sub(1, std::memory_order_relaxed); }

  bool try_claim() {
    int unused = 0;
    if (state.compare_exchange_strong(unused, -1, std::memory_order_relaxed))
      return true;
    PyErr_SetString(PyExc_RuntimeError, "Already borrowed");
    return false;
  }
  void unclaim() { state.store(0, std::memory_order_relaxed); }

private:
  std::atomic<int> state{0};
};

struct TransformObject {
  PyObject_HEAD BorrowFlag borrow;
  double factor, x, y;
};

TransformObject *cast(PyObject *self) { return reinterpret_cast<TransformObject *>(self); }

PyObject *transform_new(PyTypeObject *type, PyObject *args, PyObject *) {
  if (!PyArg_ParseTuple(args, ":Transform"))
    return nullptr;
  PyObject *self = type->tp_alloc(type, 0);
  if (!self)
    return nullptr;
  new (&cast(self)->borrow) BorrowFlag();
  cast(self)->factor = 1.0;
  return self;
}

PyObject *transform_scale(PyObject *op, PyObject *arg) {
  TransformObject *self = cast(op);
  double factor = PyFloat_AsDouble(arg);
  if (factor == -1.0 && PyErr_Occurred())
    return nullptr;
  if (!self->borrow.try_claim())
    return nullptr;
  self->factor *= factor;
  self->x *= factor;
  self->y *= factor;
  self->borrow.unclaim();
  Py_RETURN_NONE;
}

PyObject *transform_move(PyObject *op, PyObject *args) {
  TransformObject *self = cast(op);
  double x, y;
  if (!PyArg_ParseTuple(args, "dd:move", &x, &y) || !self->borrow.try_claim())
    return nullptr;
  self->x += x;
  self->y += y;
  self->borrow.unclaim();
  Py_RETURN_NONE;
}

PyObject *transform_apply(PyObject *op, PyObject *arg) {
  TransformObject *self = cast(op);
  if (!Point_Check(arg))
    return PyErr_Format(PyExc_TypeError, "expected Point, not %.200s", Py_TYPE(arg)->tp_name);
  if (!self->borrow.try_share())
    return nullptr;
  const auto *point = reinterpret_cast<PointObject *>(arg);
  double x = self->factor * point->x + self->x, y = self->factor * point->y + self->y;
  self->borrow.unshare();
  return point_create(x, y);
}

PyMethodDef transform_methods[] = {
    {"scale", transform_scale, METH_O, "scale(factor)\n--\n\nEnlarge everything, as seen from the origin."},
    {"move", transform_move, METH_VARARGS, "move(x, y)\n--\n\nShift everything."},
    {"apply", transform_apply, METH_O, "apply(point)\n--\n\nReturn where the point goes."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot transform_slots[] = {
    {Py_tp_doc, const_cast<char *>("Transform()\n--\n\nEnlargements and shifts, one after the other.")},
    {Py_tp_new, reinterpret_cast<void *>(transform_new)},
    {Py_tp_methods, transform_methods},
    {0, nullptr},
};

PyType_Spec transform_spec = {"geometry.Transform", sizeof(TransformObject), 0, Py_TPFLAGS_DEFAULT,
                              transform_slots};

} // namespace

int transform_add_to_module(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &transform_spec, nullptr);
  if (!type)
    return -1;
  int result = PyModule_AddType(module, reinterpret_cast<PyTypeObject *>(type));
  Py_DECREF(type);
  return result;
}
