/* CPython 3.14, build with the GIL; -DPy_GIL_DISABLED=1 shows the free-threaded shapes as with the real headers. */
#ifndef Py_PYTHON_H
#define Py_PYTHON_H

#define PY_VERSION "3.14.0"
#define PY_MAJOR_VERSION 3
#ifndef PY_MINOR_VERSION
#define PY_MINOR_VERSION 14
#endif
#ifndef PY_VERSION_HEX
#define PY_VERSION_HEX 0x030E00F0
#endif

#include "../common/body.h"

#endif
