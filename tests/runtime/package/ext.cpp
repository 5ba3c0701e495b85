#include <ungil/ungil.h>

static PyObject *detour(PyObject *, PyObject *object) {
  ungil::EntryScope attached;
  auto mine = ungil::Py<>::borrow(attached, object);
  {
    ungil::Detached detached(attached); // attached again at the end of the block
  }
  return mine.release();
}

static PyMethodDef functions[] = {{"detour", detour, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, nullptr}};
static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "ext", nullptr, 0, functions, slots, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_ext() { return PyModuleDef_Init(&module); }
