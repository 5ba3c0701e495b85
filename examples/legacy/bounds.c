#include "module.h"
#include <math.h>
#include <stdatomic.h>

/* The rectangle round the points that it was given. Many threads may measure it at once, one alone may let it grow:
 * `borrow` counts the readers, and is -1 while there is a writer. */
typedef struct {
    PyObject_HEAD
    atomic_int borrow;
    int empty;
    double left, bottom, right, top;
} BoundsObject;

static int
bounds_share(BoundsObject *self)
{
    int readers = atomic_load_explicit(&self->borrow, memory_order_relaxed);
    while (readers >= 0) {
        if (atomic_compare_exchange_weak_explicit(&self->borrow, &readers, readers + 1,
                                                  memory_order_relaxed, memory_order_relaxed)) {
            return 1;
        }
    }
    PyErr_SetString(PyExc_RuntimeError, "Already mutably borrowed");
    return 0;
}

static void
bounds_unshare(BoundsObject *self)
{
    atomic_fetch_sub_explicit(&self->borrow, 1, memory_order_relaxed);
}

static int
bounds_claim(BoundsObject *self)
{
    int unused = 0;
    if (atomic_compare_exchange_strong_explicit(&self->borrow, &unused, -1,
                                                memory_order_relaxed, memory_order_relaxed)) {
        return 1;
    }
    PyErr_SetString(PyExc_RuntimeError, "Already borrowed");
    return 0;
}

static void
bounds_unclaim(BoundsObject *self)
{
    atomic_store_explicit(&self->borrow, 0, memory_order_relaxed);
}

static PyObject *
bounds_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":Bounds", keywords)) {
        return NULL;
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        ((BoundsObject *)self)->empty = 1;
    }
    return self;
}

PyDoc_STRVAR(include_doc,
"include(point)\n--\n\n"
"Grow as far as the point.");

static PyObject *
bounds_include(PyObject *op, PyObject *arg)
{
    BoundsObject *self = (BoundsObject *)op;
    if (!Point_Check(arg)) {
        PyErr_Format(PyExc_TypeError, "expected Point, not %.200s", Py_TYPE(arg)->tp_name);
        return NULL;
    }
    if (!bounds_claim(self)) {
        return NULL;
    }
    double x = ((PointObject *)arg)->x, y = ((PointObject *)arg)->y;
    self->left = self->empty ? x : fmin(self->left, x);
    self->right = self->empty ? x : fmax(self->right, x);
    self->bottom = self->empty ? y : fmin(self->bottom, y);
    self->top = self->empty ? y : fmax(self->top, y);
    self->empty = 0;
    bounds_unclaim(self);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(area_doc,
"area()\n--\n\n"
"Return the area of the rectangle.");

static PyObject *
bounds_area(PyObject *op, PyObject *Py_UNUSED(arg))
{
    BoundsObject *self = (BoundsObject *)op;
    if (!bounds_share(self)) {
        return NULL;
    }
    double area = (self->right - self->left) * (self->top - self->bottom);
    bounds_unshare(self);
    return PyFloat_FromDouble(area);
}

static PyMethodDef bounds_methods[] = {
    {"include", bounds_include, METH_O, include_doc},
    {"area", bounds_area, METH_NOARGS, area_doc},
    {NULL, NULL, 0, NULL},
};

PyDoc_STRVAR(bounds_doc,
"Bounds()\n--\n\n"
"The smallest rectangle, parallel to the axes, with all the points that it was given.");

static PyTypeObject Bounds_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "geometry.Bounds",
    .tp_doc = bounds_doc,
    .tp_basicsize = sizeof(BoundsObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = bounds_new,
    .tp_methods = bounds_methods,
};

int
bounds_add_to_module(PyObject *module)
{
    return PyModule_AddType(module, &Bounds_Type);
}
