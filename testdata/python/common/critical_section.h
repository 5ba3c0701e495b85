/* Critical sections. A build with the GIL keeps the functions and reduces the macros to braces. */
typedef struct PyCriticalSection PyCriticalSection;
typedef struct PyCriticalSection2 PyCriticalSection2;

PyAPI_FUNC(void) PyCriticalSection_Begin(PyCriticalSection *, PyObject *);
PyAPI_FUNC(void) PyCriticalSection_End(PyCriticalSection *);
PyAPI_FUNC(void) PyCriticalSection2_Begin(PyCriticalSection2 *, PyObject *, PyObject *);
PyAPI_FUNC(void) PyCriticalSection2_End(PyCriticalSection2 *);
#if PY_VERSION_HEX >= 0x030E0000
PyAPI_FUNC(void) PyCriticalSection_BeginMutex(PyCriticalSection *, PyMutex *);
PyAPI_FUNC(void) PyCriticalSection2_BeginMutex(PyCriticalSection2 *, PyMutex *, PyMutex *);
#endif

#ifndef Py_GIL_DISABLED

#define Py_BEGIN_CRITICAL_SECTION(op) {
#define Py_END_CRITICAL_SECTION() }
#define Py_BEGIN_CRITICAL_SECTION2(a, b) {
#define Py_END_CRITICAL_SECTION2() }
#if PY_VERSION_HEX >= 0x030E0000
#define Py_BEGIN_CRITICAL_SECTION_MUTEX(mutex) {
#define Py_BEGIN_CRITICAL_SECTION2_MUTEX(m1, m2) {
#endif

#else

struct PyCriticalSection {
    uintptr_t _cs_prev;
    PyMutex *_cs_mutex;
};

struct PyCriticalSection2 {
    PyCriticalSection _cs_base;
    PyMutex *_cs_mutex2;
};

#define Py_BEGIN_CRITICAL_SECTION(op) \
    {                                 \
        PyCriticalSection _py_cs;     \
        PyCriticalSection_Begin(&_py_cs, _PyObject_CAST(op))
#define Py_END_CRITICAL_SECTION()   \
        PyCriticalSection_End(&_py_cs); \
    }
#define Py_BEGIN_CRITICAL_SECTION2(a, b) \
    {                                    \
        PyCriticalSection2 _py_cs2;      \
        PyCriticalSection2_Begin(&_py_cs2, _PyObject_CAST(a), _PyObject_CAST(b))
#define Py_END_CRITICAL_SECTION2()    \
        PyCriticalSection2_End(&_py_cs2); \
    }
#if PY_VERSION_HEX >= 0x030E0000
#define Py_BEGIN_CRITICAL_SECTION_MUTEX(mutex) \
    {                                          \
        PyCriticalSection _py_cs;              \
        PyCriticalSection_BeginMutex(&_py_cs, mutex)
#define Py_BEGIN_CRITICAL_SECTION2_MUTEX(m1, m2) \
    {                                            \
        PyCriticalSection2 _py_cs2;              \
        PyCriticalSection2_BeginMutex(&_py_cs2, m1, m2)
#endif

#endif
