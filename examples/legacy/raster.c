/* Raster: rows of grey pixels, one byte each, that others read through the buffer protocol. While they do, the pixels stay
 * where they are and as they are. */
#include "module.h"

#include <string.h>

typedef struct {
    PyObject_HEAD
    Py_ssize_t views;
    Py_ssize_t width, height;
    unsigned char *pixels;
} RasterObject;

static int
check_unused(RasterObject *self)
{
    if (self->views > 0) {
        PyErr_SetString(PyExc_BufferError, "somebody uses the pixels");
        return 0;
    }
    return 1;
}

static int
resize(RasterObject *self, Py_ssize_t width, Py_ssize_t height)
{
    if (width < 0 || height < 0 || (height > 0 && width > PY_SSIZE_T_MAX / height)) {
        PyErr_SetString(PyExc_ValueError, "no such size");
        return -1;
    }
    if (!check_unused(self)) {
        return -1;
    }
    unsigned char *pixels = PyMem_Calloc((size_t)(width * height), 1);
    if (pixels == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    PyMem_Free(self->pixels);
    self->pixels = pixels;
    self->width = width;
    self->height = height;
    return 0;
}

static PyObject *
raster_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    Py_ssize_t width, height;
    if (!PyArg_ParseTuple(args, "nn:Raster", &width, &height)) {
        return NULL;
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL && resize((RasterObject *)self, width, height) < 0) {
        Py_CLEAR(self);
    }
    return self;
}

static void
raster_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(((RasterObject *)self)->pixels);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
raster_resize(PyObject *self, PyObject *args)
{
    Py_ssize_t width, height;
    if (!PyArg_ParseTuple(args, "nn:resize", &width, &height) || resize((RasterObject *)self, width, height) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
raster_set(PyObject *op, PyObject *args)
{
    RasterObject *self = (RasterObject *)op;
    Py_ssize_t x, y;
    unsigned char grey;

    if (!PyArg_ParseTuple(args, "nnb:set", &x, &y, &grey) || !check_unused(self)) {
        return NULL;
    }
    if (x < 0 || x >= self->width || y < 0 || y >= self->height) {
        PyErr_SetString(PyExc_IndexError, "outside the raster");
        return NULL;
    }
    self->pixels[y * self->width + x] = grey;
    Py_RETURN_NONE;
}

static int
raster_get_buffer(PyObject *op, Py_buffer *view, int flags)
{
    RasterObject *self = (RasterObject *)op;
    if (PyBuffer_FillInfo(view, op, self->pixels, self->width * self->height, 1, flags) < 0) {
        return -1;
    }
    self->views++;
    return 0;
}

static void
raster_release_buffer(PyObject *op, Py_buffer *Py_UNUSED(view))
{
    ((RasterObject *)op)->views--;
}

static PyMethodDef raster_methods[] = {
    {"resize", raster_resize, METH_VARARGS, "resize(width, height)\n--\n\nStart again, with another size."},
    {"set", raster_set, METH_VARARGS, "set(x, y, grey)\n--\n\nColour a pixel."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot raster_slots[] = {
    {Py_tp_doc, "Raster(width, height)\n--\n\nGrey pixels; memoryview(raster) reads them, row by row."},
    {Py_tp_new, raster_new},
    {Py_tp_dealloc, raster_dealloc},
    {Py_tp_methods, raster_methods},
    {Py_bf_getbuffer, raster_get_buffer},
    {Py_bf_releasebuffer, raster_release_buffer},
    {0, NULL},
};

static PyType_Spec raster_spec = {
    .name = "geometry.Raster",
    .basicsize = sizeof(RasterObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = raster_slots,
};

int
raster_add_to_module(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &raster_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int result = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return result;
}
