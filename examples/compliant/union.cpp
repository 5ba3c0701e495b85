#include "module.h"

#include <new>
#include <ungil/list_snapshot.h>
#include <ungil/once_ref.h>

using ungil::EntryScope;
using ungil::OnceRef;
using ungil::Py;

/* A union of shapes, as typing.Union is one of types. Others may append to the list of members or clear it at
 * any time; the parameters are those of the members that the union has when they are asked for first. */
struct UnionObject {
  PyObject_HEAD PyObject *members; /* list; set by union_new alone */
  OnceRef parameters;
};

PyDoc_STRVAR(union_doc, "Union(members)\n--\n\n"
                        "A union of shapes.");

static PyObject *union_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  static const char *keywords[] = {"members", nullptr};
  PyObject *members;

  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:Union", const_cast<char **>(keywords), &members)) {
    return nullptr;
  }
  UnionObject *self = (UnionObject *)type->tp_alloc(type, 0);
  if (self == nullptr) {
    return nullptr;
  }
  new (&self->parameters) OnceRef;
  self->members = PySequence_List(members);
  if (self->members == nullptr) {
    Py_DECREF(self);
    return nullptr;
  }
  return (PyObject *)self;
}

static int union_traverse(PyObject *op, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(op));
  Py_VISIT(((UnionObject *)op)->members);
  Py_VISIT(((UnionObject *)op)->parameters.get());
  return 0;
}

static int union_clear(PyObject *op) {
  Py_CLEAR(((UnionObject *)op)->members);
  ((UnionObject *)op)->parameters.take();
  return 0;
}

static void union_dealloc(PyObject *op) {
  PyTypeObject *type = Py_TYPE(op);

  PyObject_GC_UnTrack(op);
  (void)union_clear(op);
  ((UnionObject *)op)->parameters.~OnceRef();
  type->tp_free(op);
  Py_DECREF(type);
}

/* Any number of threads may make the tuple; the first to publish it wins, the others drop theirs. */
static PyObject *union_parameters(PyObject *op, void *Py_UNUSED(closure)) {
  EntryScope attached;
  UnionObject *self = (UnionObject *)op;

  return Py_XNewRef(self->parameters.get_or_init(attached, [self] {
    Py<> distinct = Py<>::steal(PySet_New(self->members));
    return Py<>::steal(distinct ? PySequence_Tuple(distinct.get()) : nullptr);
  }));
}

static PyObject *union_members(PyObject *op, void *Py_UNUSED(closure)) {
  return Py_NewRef(((UnionObject *)op)->members);
}

/* The list may shrink while a member's repr runs, so the walk is over a tuple of its own. */
static PyObject *union_repr(PyObject *op) {
  EntryScope attached;
  Py<> members = ungil::list_snapshot(attached, ((UnionObject *)op)->members);
  Py<> parts = Py<>::steal(members ? PyList_New(0) : nullptr);
  Py<> bar = Py<>::steal(parts ? PyUnicode_FromString(" | ") : nullptr);

  for (Py_ssize_t i = 0; bar && i < PyTuple_GET_SIZE(members.get()); i++) {
    Py<> part = Py<>::steal(PyObject_Repr(PyTuple_GET_ITEM(members.get(), i)));
    if (!part || PyList_Append(parts.get(), part.get()) < 0) {
      return nullptr;
    }
  }
  return bar ? PyUnicode_Join(bar.get(), parts.get()) : nullptr;
}

static PyGetSetDef union_getset[] = {
    {"members", union_members, nullptr, "The list of members.", nullptr},
    {"parameters", union_parameters, nullptr, "The distinct members, computed once.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

static PyType_Slot union_slots[] = {
    {Py_tp_doc, (void *)union_doc},         {Py_tp_new, (void *)union_new},
    {Py_tp_dealloc, (void *)union_dealloc}, {Py_tp_traverse, (void *)union_traverse},
    {Py_tp_clear, (void *)union_clear},     {Py_tp_repr, (void *)union_repr},
    {Py_tp_getset, (void *)union_getset},   {0, nullptr},
};

static PyType_Spec union_spec = {"geometry.Union", sizeof(UnionObject), 0,
                                 Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, union_slots};

int union_add_to_module(PyObject *module) {
  EntryScope attached;
  Py<PyTypeObject> type =
      Py<PyTypeObject>::steal((PyTypeObject *)PyType_FromModuleAndSpec(module, &union_spec, nullptr));
  return type ? PyModule_AddType(module, type.get()) : -1;
}
