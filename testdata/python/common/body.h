/* What every Python.h of this directory includes, in dependency order. The including header has defined PY_VERSION, its
 * parts, PY_VERSION_HEX and, for a free-threaded build, Py_GIL_DISABLED. */
#ifndef UNGIL_STUB_PYTHON_H
#define UNGIL_STUB_PYTHON_H

#define PY_MICRO_VERSION 0
#define PY_RELEASE_LEVEL 0xF
#define PY_RELEASE_SERIAL 0

#if defined(Py_LIMITED_API) && defined(Py_GIL_DISABLED) && PY_VERSION_HEX < 0x030F0000
#error "the limited API is not available on free-threaded builds before 3.15"
#endif

#include "port.h"
#include "pyatomic.h"
#include "pymutex.h"

#ifdef __cplusplus
extern "C" {
#endif

#include "object.h"
#include "refcount.h"
#include "typeslots.h"
#include "buffer.h"
#include "method.h"
#include "typeobject.h"
#include "critical_section.h"
#include "memory.h"
#include "gc.h"
#include "module.h"
#include "bytes.h"
#include "unicode.h"
#include "number.h"
#include "list.h"
#include "tuple.h"
#include "dict.h"
#include "set.h"
#include "weakref.h"
#include "builtins.h"
#include "errors.h"
#include "initconfig.h"
#include "threadstate.h"
#include "pythread.h"
#include "import.h"
#include "abstract.h"
#include "arguments.h"

#ifdef __cplusplus
}
#endif
#endif
