#include "module.h"

#include <memory>
#include <new>
#include <ungil/cell.h>
#include <vector>

namespace {

/// Rows of grey pixels, one byte each.
struct Pixels {
  Py_ssize_t width = 0;
  std::vector<unsigned char> bytes;
};

/// Others read the pixels through the buffer protocol. A view holds a shared borrow for as long as it lives;
/// whoever changes pixels or their number needs an exclusive one, and is refused while there are views.
struct RasterObject {
  PyObject_HEAD ungil::Cell<Pixels> pixels;
};
using View = ungil::Ref<Pixels>;

RasterObject *cast(PyObject *self) { return reinterpret_cast<RasterObject *>(self); }

/// Empty, with BufferError set, while somebody has the pixels.
ungil::RefMut<Pixels> write(RasterObject *self) {
  auto pixels = self->pixels.try_borrow_mut();
  if (!pixels)
    PyErr_SetString(PyExc_BufferError, "somebody uses the pixels");
  return pixels;
}

/// Gives the raster its size, with all pixels black. An exception is set on failure.
bool resize(RasterObject *self, PyObject *args, const char *format) {
  Py_ssize_t width, height;
  if (!PyArg_ParseTuple(args, format, &width, &height))
    return false;
  if (width < 0 || height < 0 || (height > 0 && width > PY_SSIZE_T_MAX / height)) {
    PyErr_SetString(PyExc_ValueError, "no such size");
    return false;
  }
  auto pixels = write(self);
  if (!pixels)
    return false;
  try {
    pixels->bytes.assign(std::size_t(width * height), 0);
  } catch (const std::exception &) {
    PyErr_NoMemory();
    return false;
  }
  pixels->width = width;
  return true;
}

PyObject *raster_new(PyTypeObject *type, PyObject *args, PyObject *) {
  PyObject *self = type->tp_alloc(type, 0);
  if (!self)
    return nullptr;
  new (&cast(self)->pixels) ungil::Cell<Pixels>();
  if (!resize(cast(self), args, "nn:Raster")) {
    Py_DECREF(self);
    return nullptr;
  }
  return self;
}

void raster_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  cast(self)->pixels.~Cell();
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject *raster_resize(PyObject *self, PyObject *args) {
  if (!resize(cast(self), args, "nn:resize"))
    return nullptr;
  Py_RETURN_NONE;
}

PyObject *raster_set(PyObject *self, PyObject *args) {
  Py_ssize_t x, y;
  unsigned char grey;
  if (!PyArg_ParseTuple(args, "nnb:set", &x, &y, &grey))
    return nullptr;
  auto pixels = write(cast(self));
  if (!pixels)
    return nullptr;
  const Py_ssize_t width = pixels->width, count = Py_ssize_t(pixels->bytes.size());
  if (x < 0 || x >= width || y < 0 || y >= count / width) {
    PyErr_SetString(PyExc_IndexError, "outside the raster");
    return nullptr;
  }
  pixels->bytes[std::size_t(y * width + x)] = grey;
  Py_RETURN_NONE;
}

int raster_get_buffer(PyObject *self, Py_buffer *view, int flags) {
  view->obj = nullptr;
  std::unique_ptr<View> pixels(new (std::nothrow) View(cast(self)->pixels.try_borrow()));
  if (!pixels) {
    PyErr_NoMemory();
    return -1;
  }
  if (!*pixels) {
    PyErr_SetString(PyExc_BufferError, "somebody changes the pixels");
    return -1;
  }
  auto *bytes = const_cast<unsigned char *>((*pixels)->bytes.data()); // the view is read-only
  if (PyBuffer_FillInfo(view, self, bytes, Py_ssize_t((*pixels)->bytes.size()), 1, flags) < 0)
    return -1;
  view->internal = pixels.release();
  return 0;
}

void raster_release_buffer(PyObject *, Py_buffer *view) { delete static_cast<View *>(view->internal); }

PyMethodDef raster_methods[] = {
    {"resize", raster_resize, METH_VARARGS, "resize(width, height)\n--\n\nStart again, with another size."},
    {"set", raster_set, METH_VARARGS, "set(x, y, grey)\n--\n\nColour a pixel."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot raster_slots[] = {
    {Py_tp_doc, const_cast<char *>(
                    "Raster(width, height)\n--\n\nGrey pixels; memoryview(raster) reads them, row by row.")},
    {Py_tp_new, reinterpret_cast<void *>(raster_new)},
    {Py_tp_dealloc, reinterpret_cast<void *>(raster_dealloc)},
    {Py_tp_methods, raster_methods},
    {Py_bf_getbuffer, reinterpret_cast<void *>(raster_get_buffer)},
    {Py_bf_releasebuffer, reinterpret_cast<void *>(raster_release_buffer)},
    {0, nullptr},
};

PyType_Spec raster_spec = {"geometry.Raster", sizeof(RasterObject), 0, Py_TPFLAGS_DEFAULT, raster_slots};

} // namespace

int raster_add_to_module(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &raster_spec, nullptr);
  if (!type)
    return -1;
  int result = PyModule_AddType(module, reinterpret_cast<PyTypeObject *>(type));
  Py_DECREF(type);
  return result;
}
