// Reading a list that other threads change.
//
// PyList_GetItem, PyList_GET_ITEM and PySequence_Fast lend references out of the list. Another thread can
// remove the item and free it between the load and the caller's Py_INCREF (HOWTO "C API Extension Support for
// Free Threading", section "Borrowed References"). These functions hand out owned references. All need an
// exact list or a subclass of it.
#pragma once

#include "ungil/py.h"

UNGIL_NAMESPACE_BEGIN

/// The item at `index`, or null with IndexError when the list is shorter.
UNGIL_NEEDS_ATTACHED inline Py<> list_get_ref(const Attached &attached, PyObject *list,
                                              Py_ssize_t index) noexcept {
#if PY_VERSION_HEX >= 0x030D0000
  (void)attached;
  return Py<>::steal(PyList_GetItemRef(list, index));
#else
  return Py<>::borrow(attached,
                      PyList_GetItem(list, index)); // the GIL is held from the load to the increment
#endif
}

/// A tuple of all items at one instant; null with MemoryError or SystemError (not a list). PyList_AsTuple
/// copies inside the list's critical section.
UNGIL_NEEDS_ATTACHED inline Py<> list_snapshot(const Attached &, PyObject *list) noexcept {
  return Py<>::steal(PyList_AsTuple(list));
}

/// Calls `visit(Py<>)` for each item until it returns false, with the semantics of a Python for loop: each
/// item is owned while visited, and an item that others add or remove meanwhile may or may not be seen.
/// Returns false when `visit` did, or when reading failed with an exception set.
template <class Visit>
UNGIL_MAY_RUN_PYTHON UNGIL_NEEDS_ATTACHED bool for_each_ref(const Attached &attached, PyObject *list,
                                                            Visit &&visit) {
  for (Py_ssize_t index = 0; index < PyList_Size(list); ++index) {
    Py<> item = list_get_ref(attached, list, index);
    if (!item) {
      if (!PyErr_ExceptionMatches(PyExc_IndexError))
        return false;
      PyErr_Clear(); // it shrank after the size was read
      return true;
    }
    if (!visit(std::move(item)))
      return false;
  }
  return !PyErr_Occurred();
}

UNGIL_NAMESPACE_END
