// RUN: %both --checks='-*,ungil-borrowed-field-return,ungil-unlocked-setref,ungil-exhaustion-double-decref' %s -- -I%py314t -std=gnu11 | %filecheck %s
// RUN: %both --checks='-*,ungil-borrowed-field-return,ungil-unlocked-setref,ungil-exhaustion-double-decref' %s -- -I%py314t -x c++ -std=c++17 | %filecheck %s
// References that stay as they are once others have the object, and those that only the interpreter reads.
#include <Python.h>
#include <stddef.h>

#define METHOD(f) PyMethodDef f##_method[] = {{#f, f, METH_O, NULL}, {NULL, NULL, 0, NULL}};

// cffi: types are made under one lock, put into a dictionary, and never changed.
static PyObject dummy, *unique_cache;
#define CFFI_LOCK() Py_BEGIN_CRITICAL_SECTION(&dummy)
#define CFFI_UNLOCK() Py_END_CRITICAL_SECTION()
typedef struct {
  PyObject_HEAD
  PyObject *item;
} CType;
static PyTypeObject *ctype_type;
static PyObject *new_pointer_type(PyObject *module, PyObject *item) {
  CType *made;
  CFFI_LOCK();
  made = PyObject_New(CType, ctype_type);
  if (made) {
    made->item = Py_NewRef(item);
    if (PyDict_SetItem(unique_cache, item, (PyObject *)made) < 0)
      Py_CLEAR(made);
  }
  CFFI_UNLOCK();
  return (PyObject *)made;
}
METHOD(new_pointer_type)
static PyObject *get_item(PyObject *op, void *closure) { return Py_NewRef(((CType *)op)->item); }
PyGetSetDef ctype_getset[] = {{"item", get_item, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};

// An attribute that Python code sets, and that nothing but the interpreter gets.
typedef struct {
  PyObject_HEAD
  PyObject *name;
} Field;
PyMemberDef field_members[] = {{"name", Py_T_OBJECT_EX, offsetof(Field, name), 0, NULL},
                               {"label", Py_T_OBJECT_EX, offsetof(Field, name), Py_READONLY, NULL},
                               {NULL, 0, 0, 0, NULL}};
static PyObject *field_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  Field *self = (Field *)type->tp_alloc(type, 0);
  if (self)
    self->name = Py_NewRef(args);
  return (PyObject *)self;
}
PyType_Slot field_slots[] = {{Py_tp_new, (void *)field_new}, {Py_tp_members, field_members}, {0, NULL}};

// psycopg2: what is cleared is a variable, or belongs to an object that goes.
typedef struct {
  PyObject_HEAD
  PyObject *description, *casts;
} Cursor;
static PyObject *describe(PyObject *op, PyObject *value) {
  PyObject *column = PyTuple_New(1), *casts = PyTuple_New(1);
  if (!column || !casts) {
    Py_CLEAR(column);
    Py_CLEAR(casts);
    return NULL;
  }
  Py_SETREF(column, Py_NewRef(value));
  Py_CLEAR(casts);
  return column;
}
METHOD(describe)
static int cursor_clear(PyObject *op) {
  Py_CLEAR(((Cursor *)op)->description);
  Py_CLEAR(((Cursor *)op)->casts);
  return 0;
}
static void cursor_dealloc(PyObject *op) {
  PyObject_GC_UnTrack(op);
  cursor_clear(op);
  Py_TYPE(op)->tp_free(op);
}
static PyObject *get_description(PyObject *op, void *closure) { return Py_XNewRef(((Cursor *)op)->description); }
PyGetSetDef cursor_getset[] = {{"description", get_description, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
PyType_Slot cursor_slots[] = {
    {Py_tp_clear, (void *)cursor_clear}, {Py_tp_dealloc, (void *)cursor_dealloc}, {Py_tp_getset, cursor_getset}, {0, NULL}};
// CHECK: end of report
