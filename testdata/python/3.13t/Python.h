/* CPython 3.13, free-threaded build. */
#ifndef Py_PYTHON_H
#define Py_PYTHON_H

#define PY_VERSION "3.13.0"
#define PY_MAJOR_VERSION 3
#ifndef PY_MINOR_VERSION
#define PY_MINOR_VERSION 13
#endif
#ifndef PY_VERSION_HEX
#define PY_VERSION_HEX 0x030D00F0
#endif
#ifndef Py_GIL_DISABLED
#define Py_GIL_DISABLED 1
#endif

#include "../common/body.h"

#endif
