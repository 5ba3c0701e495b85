#include "module.h"
#include <structmember.h>
#include <math.h>

/* Most programs make and drop points by the million, so a few dead ones are kept for reuse instead of going back to
 * the allocator. */
#define MAX_SPARE_POINTS 256

static PointObject *spare_points[MAX_SPARE_POINTS];
static int spare_count = 0;

static PyObject *
point_alloc(PyTypeObject *type)
{
    if (type == &Point_Type && spare_count > 0) {
        PointObject *self = spare_points[--spare_count];
        return PyObject_Init((PyObject *)self, type);
    }
    return type->tp_alloc(type, 0);
}

static void
point_dealloc(PyObject *self)
{
    /* An instance of a subclass may be larger and belongs to its own allocator. */
    if (Py_IS_TYPE(self, &Point_Type) && spare_count < MAX_SPARE_POINTS) {
        spare_points[spare_count++] = (PointObject *)self;
        return;
    }
    Py_TYPE(self)->tp_free(self);
}

void
point_free_spares(void)
{
    while (spare_count > 0) {
        PyObject_Free(spare_points[--spare_count]);
    }
}

static PyObject *
point_create_typed(PyTypeObject *type, double x, double y)
{
    PyObject *self = point_alloc(type);
    if (self != NULL) {
        ((PointObject *)self)->x = x;
        ((PointObject *)self)->y = y;
    }
    return self;
}

PyObject *
point_create(double x, double y)
{
    return point_create_typed(&Point_Type, x, y);
}

static PyObject *
point_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"x", "y", NULL};
    double x = 0.0, y = 0.0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|dd:Point", keywords, &x, &y)) {
        return NULL;
    }
    return point_create_typed(type, x, y);
}

static PyObject *
point_as_tuple(PyObject *self)
{
    PointObject *point = (PointObject *)self;
    return Py_BuildValue("(dd)", point->x, point->y);
}

static PyObject *
point_repr(PyObject *self)
{
    PyObject *xy = point_as_tuple(self);
    if (xy == NULL) {
        return NULL;
    }
    PyObject *result = PyUnicode_FromFormat("Point(%R, %R)", PyTuple_GET_ITEM(xy, 0), PyTuple_GET_ITEM(xy, 1));
    Py_DECREF(xy);
    return result;
}

static Py_hash_t
point_hash(PyObject *self)
{
    PyObject *xy = point_as_tuple(self);
    if (xy == NULL) {
        return -1;
    }
    Py_hash_t hash = PyObject_Hash(xy);
    Py_DECREF(xy);
    return hash;
}

static PyObject *
point_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!Point_Check(other) || (op != Py_EQ && op != Py_NE)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PointObject *a = (PointObject *)self, *b = (PointObject *)other;
    int equal = a->x == b->x && a->y == b->y;
    return PyBool_FromLong(equal == (op == Py_EQ));
}

static PyObject *
point_add(PyObject *left, PyObject *right)
{
    if (!Point_Check(left) || !Point_Check(right)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PointObject *a = (PointObject *)left, *b = (PointObject *)right;
    return point_create(a->x + b->x, a->y + b->y);
}

static PyObject *
point_subtract(PyObject *left, PyObject *right)
{
    if (!Point_Check(left) || !Point_Check(right)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PointObject *a = (PointObject *)left, *b = (PointObject *)right;
    return point_create(a->x - b->x, a->y - b->y);
}

PyDoc_STRVAR(distance_doc,
"distance(other)\n--\n\n"
"Return the Euclidean distance to another point.");

static PyObject *
point_distance(PyObject *self, PyObject *other)
{
    if (!Point_Check(other)) {
        PyErr_Format(PyExc_TypeError, "expected Point, not %.200s", Py_TYPE(other)->tp_name);
        return NULL;
    }
    PointObject *a = (PointObject *)self, *b = (PointObject *)other;
    return PyFloat_FromDouble(hypot(a->x - b->x, a->y - b->y));
}

static PyMemberDef point_members[] = {
    {"x", T_DOUBLE, offsetof(PointObject, x), READONLY, "abscissa"},
    {"y", T_DOUBLE, offsetof(PointObject, y), READONLY, "ordinate"},
    {NULL, 0, 0, 0, NULL},
};

static PyMethodDef point_methods[] = {
    {"distance", point_distance, METH_O, distance_doc},
    {NULL, NULL, 0, NULL},
};

static PyNumberMethods point_as_number = {
    .nb_add = point_add,
    .nb_subtract = point_subtract,
};

PyDoc_STRVAR(point_doc,
"Point(x=0.0, y=0.0)\n--\n\n"
"An immutable point in the plane.");

PyTypeObject Point_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "geometry.Point",
    .tp_doc = point_doc,
    .tp_basicsize = sizeof(PointObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = point_new,
    .tp_dealloc = point_dealloc,
    .tp_repr = point_repr,
    .tp_hash = point_hash,
    .tp_richcompare = point_richcompare,
    .tp_as_number = &point_as_number,
    .tp_methods = point_methods,
    .tp_members = point_members,
};

int
point_add_to_module(PyObject *module)
{
    return PyModule_AddType(module, &Point_Type);
}
