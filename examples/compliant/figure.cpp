// Figure, its derived type Polygon, and Layer, which holds figures. The collector's slots are composed by the
// compiler: a derived class runs its base's, every field is visited and cleared, and an instance visits its
// type.
#include "module.h"
#include "ungil/gc_class.h"

namespace {

struct FigureState {
  ungil::Py<> tag;
};
using Figure = ungil::gc_class<FigureState>;

struct PolygonState {
  ungil::Py<> corners;
};
using Polygon = ungil::gc_class<PolygonState, Figure>;

struct LayerState {
  ungil::Py<> figures;
};
using Spares = ungil::FreeList<LayerState>; // drawing makes and drops layers all the time
using Layer = ungil::gc_class<LayerState, ungil::no_base, Spares>;

/// An object to hand out; None once the collector has cleared the field.
PyObject *new_reference(const ungil::Py<> &field) { return Py_NewRef(field ? field.get() : Py_None); }

PyObject *figure_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  static const char *keywords[] = {"tag", nullptr};
  PyObject *tag = Py_None;

  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:Figure", const_cast<char **>(keywords), &tag)) {
    return nullptr;
  }
  ungil::EntryScope attached;
  PyObject *self = ungil::gc_slots<Figure>::create(attached, type);
  if (self != nullptr) {
    Figure::of(self).tag = ungil::Py<>::borrow(attached, tag);
  }
  return self;
}

PyObject *figure_get_tag(PyObject *self, void *) { return new_reference(Figure::of(self).tag); }

PyGetSetDef figure_getset[] = {
    {"tag", figure_get_tag, nullptr, "any object", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot figure_slots[] = {
    {Py_tp_doc, const_cast<char *>("Figure(tag=None)\n--\n\nSomething drawn, with a tag.")},
    {Py_tp_new, reinterpret_cast<void *>(figure_new)},
    {Py_tp_getset, figure_getset},
    {0, nullptr},
};

PyObject *polygon_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  static const char *keywords[] = {"corners", "tag", nullptr};
  PyObject *corners, *tag = Py_None;

  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:Polygon", const_cast<char **>(keywords), &corners,
                                   &tag)) {
    return nullptr;
  }
  ungil::EntryScope attached;
  auto tuple = ungil::Py<>::steal(PySequence_Tuple(corners));
  PyObject *self = tuple ? ungil::gc_slots<Polygon>::create(attached, type) : nullptr;
  if (self != nullptr) {
    Figure::of(self).tag = ungil::Py<>::borrow(attached, tag);
    Polygon::of(self).corners = std::move(tuple);
  }
  return self;
}

PyObject *polygon_get_corners(PyObject *self, void *) { return new_reference(Polygon::of(self).corners); }

PyGetSetDef polygon_getset[] = {
    {"corners", polygon_get_corners, nullptr, "tuple", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot polygon_slots[] = {
    {Py_tp_doc, const_cast<char *>("Polygon(corners, tag=None)\n--\n\nA figure with corners.")},
    {Py_tp_new, reinterpret_cast<void *>(polygon_new)},
    {Py_tp_getset, polygon_getset},
    {0, nullptr},
};

PyObject *layer_new(PyTypeObject *type, PyObject *, PyObject *) {
  ungil::EntryScope attached;
  auto figures = ungil::Py<>::steal(PyList_New(0));
  PyObject *self = figures ? ungil::gc_slots<Layer>::create(attached, type) : nullptr;
  if (self != nullptr) {
    Layer::of(self).figures = std::move(figures);
  }
  return self;
}

PyDoc_STRVAR(add_doc, "add(figure)\n--\n\n"
                      "Put a figure on top of the others.");

PyObject *layer_add(PyObject *self, PyObject *figure) {
  if (PyList_Append(Layer::of(self).figures.get(), figure) < 0) {
    return nullptr;
  }
  Py_RETURN_NONE;
}

Py_ssize_t layer_length(PyObject *self) { return PyList_Size(Layer::of(self).figures.get()); }

PyMethodDef layer_methods[] = {
    {"add", layer_add, METH_O, add_doc},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot layer_slots[] = {
    {Py_tp_doc, const_cast<char *>("Layer()\n--\n\nFigures on top of each other.")},
    {Py_tp_new, reinterpret_cast<void *>(layer_new)},
    {Py_tp_methods, layer_methods},
    {Py_sq_length, reinterpret_cast<void *>(layer_length)},
    {0, nullptr},
};

} // namespace

void figure_free_spares(void) { Spares::retire(); }

int figure_add_to_module(PyObject *module) {
  ungil::EntryScope attached;
  auto figure = ungil::gc_slots<Figure>::make_type(attached, module, "geometry.Figure", figure_slots);
  if (!figure || PyModule_AddType(module, figure.get()) < 0) {
    return -1;
  }
  auto polygon = ungil::gc_slots<Polygon>::make_type(attached, module, "geometry.Polygon", polygon_slots,
                                                     Py_TPFLAGS_BASETYPE, figure.get());
  if (!polygon || PyModule_AddType(module, polygon.get()) < 0) {
    return -1;
  }
  auto layer = ungil::gc_slots<Layer>::make_type(attached, module, "geometry.Layer", layer_slots);
  return layer ? PyModule_AddType(module, layer.get()) : -1;
}
