#include "module.h"

/* A union of shapes, as typing.Union is one of types. Others may append to the list of members or clear it at any time;
 * the parameters are those of the members that the union has when they are asked for first. */
typedef struct {
    PyObject_HEAD
    PyObject *members;    /* list */
    PyObject *parameters; /* tuple, NULL until somebody asks */
} UnionObject;

PyDoc_STRVAR(union_doc,
"Union(members)\n--\n\n"
"A union of shapes.");

static PyObject *
union_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"members", NULL};
    PyObject *members;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:Union", keywords, &members)) {
        return NULL;
    }
    UnionObject *self = (UnionObject *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->members = PySequence_List(members);
    if (self->members == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static int
union_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(((UnionObject *)op)->members);
    Py_VISIT(((UnionObject *)op)->parameters);
    return 0;
}

static int
union_clear(PyObject *op)
{
    Py_CLEAR(((UnionObject *)op)->members);
    Py_CLEAR(((UnionObject *)op)->parameters);
    return 0;
}

static void
union_dealloc(PyObject *op)
{
    PyObject_GC_UnTrack(op);
    (void)union_clear(op);
    Py_TYPE(op)->tp_free(op);
}

/* Two threads that both find the field empty both fill it: the first tuple leaks, or is freed while its reader is about to
 * take a reference. */
static PyObject *
union_parameters(PyObject *op, void *Py_UNUSED(closure))
{
    UnionObject *self = (UnionObject *)op;

    if (self->parameters == NULL) {
        PyObject *distinct = PySet_New(self->members);
        if (distinct == NULL) {
            return NULL;
        }
        self->parameters = PySequence_Tuple(distinct);
        Py_DECREF(distinct);
    }
    return Py_XNewRef(self->parameters);
}

static PyObject *
union_members(PyObject *op, void *Py_UNUSED(closure))
{
    return Py_NewRef(((UnionObject *)op)->members);
}

/* The item belongs to the list alone. Whoever clears the list meanwhile, another thread or the repr itself, frees it. */
static PyObject *
union_repr(PyObject *op)
{
    PyObject *members = ((UnionObject *)op)->members;
    PyObject *parts = PyList_New(0);
    PyObject *bar = parts != NULL ? PyUnicode_FromString(" | ") : NULL;

    for (Py_ssize_t i = 0; bar != NULL && i < PyList_Size(members); i++) {
        PyObject *member = PyList_GetItem(members, i);
        PyObject *part = member != NULL ? PyObject_Repr(member) : NULL;
        if (part == NULL || PyList_Append(parts, part) < 0) {
            Py_CLEAR(bar);
        }
        Py_XDECREF(part);
    }
    PyObject *text = bar != NULL ? PyUnicode_Join(bar, parts) : NULL;
    Py_XDECREF(bar);
    Py_XDECREF(parts);
    return text;
}

static PyGetSetDef union_getset[] = {
    {"members", union_members, NULL, "The list of members.", NULL},
    {"parameters", union_parameters, NULL, "The distinct members, computed once.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject Union_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "geometry.Union",
    .tp_doc = union_doc,
    .tp_basicsize = sizeof(UnionObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = union_new,
    .tp_dealloc = union_dealloc,
    .tp_traverse = union_traverse,
    .tp_clear = union_clear,
    .tp_repr = union_repr,
    .tp_getset = union_getset,
};

int
union_add_to_module(PyObject *module)
{
    return PyModule_AddType(module, &Union_Type);
}
