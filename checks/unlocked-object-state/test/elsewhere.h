#include <Python.h>
// Methods that are not const, whose bodies another unit has: what they do to the object is not seen.
struct Part {
  PyObject *held = nullptr;
  void prepare() noexcept;
};
