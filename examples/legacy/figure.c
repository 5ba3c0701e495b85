/* Figure, its derived type Polygon, and Layer, which holds figures. */
#include "module.h"

typedef struct {
    PyObject_HEAD
    PyObject *tag;
} FigureObject;

typedef struct {
    FigureObject figure;
    PyObject *corners;
} PolygonObject;

typedef struct {
    PyObject_HEAD
    PyObject *figures;
} LayerObject;

static PyObject *
figure_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"tag", NULL};
    PyObject *tag = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:Figure", keywords, &tag)) {
        return NULL;
    }
    FigureObject *self = (FigureObject *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->tag = Py_NewRef(tag);
    }
    return (PyObject *)self;
}

static int
figure_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((FigureObject *)self)->tag);
    return 0;
}

static int
figure_clear(PyObject *self)
{
    Py_CLEAR(((FigureObject *)self)->tag);
    return 0;
}

static void
figure_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    figure_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
figure_get_tag(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *tag = ((FigureObject *)self)->tag;
    return Py_NewRef(tag != NULL ? tag : Py_None);
}

static PyGetSetDef figure_getset[] = {
    {"tag", figure_get_tag, NULL, "any object", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot figure_slots[] = {
    {Py_tp_doc, "Figure(tag=None)\n--\n\nSomething drawn, with a tag."},
    {Py_tp_new, figure_new},
    {Py_tp_dealloc, figure_dealloc},
    {Py_tp_traverse, figure_traverse},
    {Py_tp_clear, figure_clear},
    {Py_tp_getset, figure_getset},
    {0, NULL},
};

static PyType_Spec figure_spec = {
    .name = "geometry.Figure",
    .basicsize = sizeof(FigureObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = figure_slots,
};

static PyObject *
polygon_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"corners", "tag", NULL};
    PyObject *corners, *tag = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:Polygon", keywords, &corners, &tag)) {
        return NULL;
    }
    PyObject *tuple = PySequence_Tuple(corners);
    if (tuple == NULL) {
        return NULL;
    }
    PolygonObject *self = (PolygonObject *)type->tp_alloc(type, 0);
    if (self == NULL) {
        Py_DECREF(tuple);
        return NULL;
    }
    self->figure.tag = Py_NewRef(tag);
    self->corners = tuple;
    return (PyObject *)self;
}

static int
polygon_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((PolygonObject *)self)->corners);
    return 0;
}

static int
polygon_clear(PyObject *self)
{
    Py_CLEAR(((PolygonObject *)self)->corners);
    return 0;
}

static void
polygon_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    polygon_clear(self);
    figure_dealloc(self);
}

static PyObject *
polygon_get_corners(PyObject *self, void *Py_UNUSED(closure))
{
    PyObject *corners = ((PolygonObject *)self)->corners;
    return corners != NULL ? Py_NewRef(corners) : PyTuple_New(0);
}

static PyGetSetDef polygon_getset[] = {
    {"corners", polygon_get_corners, NULL, "tuple", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot polygon_slots[] = {
    {Py_tp_doc, "Polygon(corners, tag=None)\n--\n\nA figure with corners."},
    {Py_tp_new, polygon_new},
    {Py_tp_dealloc, polygon_dealloc},
    {Py_tp_traverse, polygon_traverse},
    {Py_tp_clear, polygon_clear},
    {Py_tp_getset, polygon_getset},
    {0, NULL},
};

static PyType_Spec polygon_spec = {
    .name = "geometry.Polygon",
    .basicsize = sizeof(PolygonObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = polygon_slots,
};

/* Drawing makes and drops layers all the time, so a few are kept. */
#define MAX_SPARE_LAYERS 16

static PyTypeObject *layer_type;
static LayerObject *spare_layers[MAX_SPARE_LAYERS];
static int spare_layer_count = 0;

static LayerObject *
layer_alloc(PyTypeObject *type)
{
    if (type == layer_type && spare_layer_count > 0) {
        LayerObject *self = spare_layers[--spare_layer_count];
        PyObject_Init((PyObject *)self, type);
        PyObject_GC_Track(self);
        return self;
    }
    return (LayerObject *)type->tp_alloc(type, 0);
}

void
figure_free_spares(void)
{
    layer_type = NULL;
    while (spare_layer_count > 0) {
        PyObject_GC_Del(spare_layers[--spare_layer_count]);
    }
}

static PyObject *
layer_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    PyObject *figures = PyList_New(0);
    if (figures == NULL) {
        return NULL;
    }
    LayerObject *self = layer_alloc(type);
    if (self == NULL) {
        Py_DECREF(figures);
        return NULL;
    }
    self->figures = figures;
    return (PyObject *)self;
}

static int
layer_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((LayerObject *)self)->figures);
    return 0;
}

static int
layer_clear(PyObject *self)
{
    Py_CLEAR(((LayerObject *)self)->figures);
    return 0;
}

static void
layer_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    layer_clear(self);
    if (type == layer_type && spare_layer_count < MAX_SPARE_LAYERS) {
        spare_layers[spare_layer_count++] = (LayerObject *)self;
    }
    else {
        type->tp_free(self);
    }
    Py_DECREF(type);
}

PyDoc_STRVAR(add_doc,
"add(figure)\n--\n\n"
"Put a figure on top of the others.");

static PyObject *
layer_add(PyObject *self, PyObject *figure)
{
    if (PyList_Append(((LayerObject *)self)->figures, figure) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static Py_ssize_t
layer_length(PyObject *self)
{
    return PyList_Size(((LayerObject *)self)->figures);
}

static PyMethodDef layer_methods[] = {
    {"add", layer_add, METH_O, add_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot layer_slots[] = {
    {Py_tp_doc, "Layer()\n--\n\nFigures on top of each other."},
    {Py_tp_new, layer_new},
    {Py_tp_dealloc, layer_dealloc},
    {Py_tp_traverse, layer_traverse},
    {Py_tp_clear, layer_clear},
    {Py_tp_methods, layer_methods},
    {Py_sq_length, layer_length},
    {0, NULL},
};

static PyType_Spec layer_spec = {
    .name = "geometry.Layer",
    .basicsize = sizeof(LayerObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = layer_slots,
};

static PyObject *
add_type(PyObject *module, PyType_Spec *spec, PyObject *base)
{
    PyObject *type = PyType_FromModuleAndSpec(module, spec, base);
    if (type != NULL && PyModule_AddType(module, (PyTypeObject *)type) < 0) {
        Py_CLEAR(type);
    }
    return type;
}

int
figure_add_to_module(PyObject *module)
{
    PyObject *figure = add_type(module, &figure_spec, NULL);
    PyObject *polygon = figure != NULL ? add_type(module, &polygon_spec, figure) : NULL;
    PyObject *layer = polygon != NULL ? add_type(module, &layer_spec, NULL) : NULL;
    int result = layer != NULL ? 0 : -1;

    layer_type = (PyTypeObject *)layer;
    Py_XDECREF(figure);
    Py_XDECREF(polygon);
    Py_XDECREF(layer);
    return result;
}
