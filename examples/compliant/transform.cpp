#include "module.h"

#include <new>
#include <ungil/cell.h>

namespace {

struct Mapping {
  double factor = 1.0, x = 0.0, y = 0.0;
};

struct TransformObject {
  PyObject_HEAD ungil::Cell<Mapping> mapping;
};

TransformObject *cast(PyObject *self) { return reinterpret_cast<TransformObject *>(self); }

PyObject *refuse(const char *why) {
  PyErr_SetString(PyExc_RuntimeError, why);
  return nullptr;
}

PyObject *transform_new(PyTypeObject *type, PyObject *args, PyObject *) {
  if (!PyArg_ParseTuple(args, ":Transform"))
    return nullptr;
  PyObject *self = type->tp_alloc(type, 0);
  if (self)
    new (&cast(self)->mapping) ungil::Cell<Mapping>();
  return self;
}

PyObject *transform_scale(PyObject *self, PyObject *arg) {
  double factor = PyFloat_AsDouble(arg);
  if (factor == -1.0 && PyErr_Occurred())
    return nullptr;
  auto mapping = cast(self)->mapping.try_borrow_mut();
  if (!mapping)
    return refuse("Already borrowed");
  *mapping = {mapping->factor * factor, mapping->x * factor, mapping->y * factor};
  Py_RETURN_NONE;
}

PyObject *transform_move(PyObject *self, PyObject *args) {
  double x, y;
  if (!PyArg_ParseTuple(args, "dd:move", &x, &y))
    return nullptr;
  auto mapping = cast(self)->mapping.try_borrow_mut();
  if (!mapping)
    return refuse("Already borrowed");
  mapping->x += x;
  mapping->y += y;
  Py_RETURN_NONE;
}

PyObject *transform_apply(PyObject *self, PyObject *arg) {
  if (!Point_Check(arg))
    return PyErr_Format(PyExc_TypeError, "expected Point, not %.200s", Py_TYPE(arg)->tp_name);
  auto mapping = cast(self)->mapping.try_borrow();
  if (!mapping)
    return refuse("Already mutably borrowed");
  const auto *point = reinterpret_cast<PointObject *>(arg);
  return point_create(mapping->factor * point->x + mapping->x, mapping->factor * point->y + mapping->y);
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
