/* CPython 3.14, free-threaded build. */
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
#ifndef Py_GIL_DISABLED
#define Py_GIL_DISABLED 1
#endif

#include "../common/body.h"

#endif
