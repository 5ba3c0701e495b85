#include "module.h"

#include <cmath>
#include <new>
#include <ungil/borrow_flag.h>

namespace {

/// The rectangle round the points that it was given. Many threads may measure it at once, one alone may let
/// it grow.
struct BoundsObject {
  PyObject_HEAD ungil::BorrowFlag borrow;
  bool empty;
  double left, bottom, right, top;
};

BoundsObject *cast(PyObject *self) { return reinterpret_cast<BoundsObject *>(self); }

PyObject *bounds_new(PyTypeObject *type, PyObject *args, PyObject *) {
  if (!PyArg_ParseTuple(args, ":Bounds"))
    return nullptr;
  PyObject *self = type->tp_alloc(type, 0);
  if (!self)
    return nullptr;
  new (&cast(self)->borrow) ungil::BorrowFlag();
  cast(self)->empty = true;
  return self;
}

PyObject *bounds_include(PyObject *op, PyObject *arg) {
  BoundsObject *self = cast(op);
  if (!Point_Check(arg))
    return PyErr_Format(PyExc_TypeError, "expected Point, not %.200s", Py_TYPE(arg)->tp_name);
  if (!self->borrow.try_exclusive()) {
    PyErr_SetString(PyExc_RuntimeError, "Already borrowed");
    return nullptr;
  }
  double x = reinterpret_cast<PointObject *>(arg)->x, y = reinterpret_cast<PointObject *>(arg)->y;
  self->left = self->empty ? x : std::fmin(self->left, x);
  self->right = self->empty ? x : std::fmax(self->right, x);
  self->bottom = self->empty ? y : std::fmin(self->bottom, y);
  self->top = self->empty ? y : std::fmax(self->top, y);
  self->empty = false;
  self->borrow.release_exclusive();
  Py_RETURN_NONE;
}

PyObject *bounds_area(PyObject *op, PyObject *) {
  BoundsObject *self = cast(op);
  if (!self->borrow.try_shared()) {
    PyErr_SetString(PyExc_RuntimeError, "Already mutably borrowed");
    return nullptr;
  }
  double area = (self->right - self->left) * (self->top - self->bottom);
  self->borrow.release_shared();
  return PyFloat_FromDouble(area);
}

PyMethodDef bounds_methods[] = {
    {"include", bounds_include, METH_O, "include(point)\n--\n\nGrow as far as the point."},
    {"area", bounds_area, METH_NOARGS, "area()\n--\n\nReturn the area of the rectangle."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot bounds_slots[] = {
    {Py_tp_doc, const_cast<char *>(
                    "Bounds()\n--\n\n"
                    "The smallest rectangle, parallel to the axes, with all the points that it was given.")},
    {Py_tp_new, reinterpret_cast<void *>(bounds_new)},
    {Py_tp_methods, bounds_methods},
    {0, nullptr},
};

PyType_Spec bounds_spec = {"geometry.Bounds", sizeof(BoundsObject), 0, Py_TPFLAGS_DEFAULT, bounds_slots};

} // namespace

int bounds_add_to_module(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &bounds_spec, nullptr);
  if (!type)
    return -1;
  int result = PyModule_AddType(module, reinterpret_cast<PyTypeObject *>(type));
  Py_DECREF(type);
  return result;
}
