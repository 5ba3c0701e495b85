#include "module.h"

PyDoc_STRVAR(grid_doc,
"grid(columns, rows, step=1.0)\n--\n\n"
"Return the columns * rows points of a regular grid, row by row, starting at the origin.");

static PyObject *
grid_fill(PyObject *points, Py_ssize_t columns, double step)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(points); i++) {
        PyObject *point = point_create((double)(i % columns) * step, (double)(i / columns) * step);
        if (point == NULL) {
            Py_DECREF(points);
            return NULL;
        }
        PyList_SET_ITEM(points, i, point);
    }
    return points;
}

static PyObject *
geometry_grid(PyObject *Py_UNUSED(module), PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"columns", "rows", "step", NULL};
    Py_ssize_t columns, rows;
    double step = 1.0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "nn|d:grid", keywords, &columns, &rows, &step)) {
        return NULL;
    }
    if (columns < 0 || rows < 0) {
        PyErr_SetString(PyExc_ValueError, "columns and rows must not be negative");
        return NULL;
    }
    if (columns != 0 && rows > PY_SSIZE_T_MAX / columns) {
        return PyErr_NoMemory();
    }
    PyObject *points = PyList_New(columns * rows);
    return points != NULL ? grid_fill(points, columns, step) : NULL;
}

PyDoc_STRVAR(centroid_doc,
"centroid(points)\n--\n\n"
"Return the centroid of an iterable of points.");

static PyObject *
centroid_of_tuple(PyObject *points)
{
    Py_ssize_t count = PyTuple_GET_SIZE(points);
    double x = 0.0, y = 0.0;

    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyTuple_GET_ITEM(points, i);
        if (!Point_Check(item)) {
            PyErr_Format(PyExc_TypeError, "expected Point, not %.200s", Py_TYPE(item)->tp_name);
            return NULL;
        }
        x += ((PointObject *)item)->x;
        y += ((PointObject *)item)->y;
    }
    if (count == 0) {
        PyErr_SetString(PyExc_ValueError, "centroid of no points");
        return NULL;
    }
    return point_create(x / (double)count, y / (double)count);
}

static PyObject *
geometry_centroid(PyObject *Py_UNUSED(module), PyObject *arg)
{
    PyObject *points = PySequence_Tuple(arg);
    if (points == NULL) {
        return NULL;
    }
    PyObject *result = centroid_of_tuple(points);
    Py_DECREF(points);
    return result;
}

static PyMethodDef geometry_methods[] = {
    {"grid", (PyCFunction)(void (*)(void))geometry_grid, METH_VARARGS | METH_KEYWORDS, grid_doc},
    {"centroid", geometry_centroid, METH_O, centroid_doc},
    {NULL, NULL, 0, NULL},
};

static int
geometry_exec(PyObject *module)
{
    if (point_add_to_module(module) < 0
        || background_add_to_module(module) < 0
        || bounds_add_to_module(module) < 0
        || figure_add_to_module(module) < 0
        || raster_add_to_module(module) < 0
        || transform_add_to_module(module) < 0
        || union_add_to_module(module) < 0
        || workers_add_to_module(module) < 0) {
        return -1;
    }
    return 0;
}

static void
geometry_free(void *Py_UNUSED(module))
{
    point_free_spares();
    figure_free_spares();
}

static PyModuleDef_Slot geometry_slots[] = {
    {Py_mod_exec, (void *)geometry_exec},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef geometry_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "geometry._geometry",
    .m_doc = "Points in the plane.",
    .m_size = 0,
    .m_methods = geometry_methods,
    .m_slots = geometry_slots,
    .m_free = geometry_free,
};

PyMODINIT_FUNC
PyInit__geometry(void)
{
    return PyModuleDef_Init(&geometry_module);
}
