/* Reference counting: inline functions, never macros over the fields. */
#define _Py_IMMORTAL_REFCNT ((Py_ssize_t)UINT_MAX)
#ifdef Py_GIL_DISABLED
#define _Py_IMMORTAL_REFCNT_LOCAL UINT32_MAX
#define _Py_REF_SHARED_SHIFT 2
#define _Py_REF_SHARED_FLAG_MASK 0x3
#define _Py_REF_SHARED_INIT 0x0
#define _Py_REF_MAYBE_WEAKREF 0x1
#define _Py_REF_QUEUED 0x2
#define _Py_REF_MERGED 0x3
#define _Py_REF_SHARED(refcnt, flags) (((refcnt) << _Py_REF_SHARED_SHIFT) + (flags))
#endif

#define _Py_INCREF_STAT_INC() ((void)0)
#define _Py_DECREF_STAT_INC() ((void)0)
#define _Py_INCREF_IMMORTAL_STAT_INC() ((void)0)
#define _Py_DECREF_IMMORTAL_STAT_INC() ((void)0)

PyAPI_FUNC(void) _Py_Dealloc(PyObject *);
PyAPI_FUNC(void) Py_IncRef(PyObject *);
PyAPI_FUNC(void) Py_DecRef(PyObject *);
PyAPI_FUNC(void) _Py_IncRef(PyObject *);
PyAPI_FUNC(void) _Py_DecRef(PyObject *);
PyAPI_FUNC(void) _Py_SetRefcnt(PyObject *, Py_ssize_t);
PyAPI_FUNC(void) _Py_DecRefShared(PyObject *);
PyAPI_FUNC(void) _Py_MergeZeroLocalRefcount(PyObject *);
PyAPI_FUNC(void) _Py_NewReference(PyObject *);

static inline Py_ALWAYS_INLINE int _Py_IsImmortal(PyObject *op) {
#ifdef Py_GIL_DISABLED
    return _Py_atomic_load_uint32_relaxed(&op->ob_ref_local) == _Py_IMMORTAL_REFCNT_LOCAL;
#else
    return _Py_CAST(PY_INT32_T, op->ob_refcnt) < 0;
#endif
}
#define _Py_IsImmortal(op) _Py_IsImmortal(_PyObject_CAST(op))

#if PY_VERSION_HEX >= 0x030E0000
PyAPI_FUNC(Py_ssize_t) Py_REFCNT(PyObject *);
static inline Py_ssize_t _Py_REFCNT(PyObject *ob) {
#else
static inline Py_ssize_t Py_REFCNT(PyObject *ob) {
#endif
#ifdef Py_GIL_DISABLED
    uint32_t local = _Py_atomic_load_uint32_relaxed(&ob->ob_ref_local);
    if (local == _Py_IMMORTAL_REFCNT_LOCAL) return _Py_IMMORTAL_REFCNT;
    Py_ssize_t shared = _Py_atomic_load_ssize_relaxed(&ob->ob_ref_shared);
    return _Py_STATIC_CAST(Py_ssize_t, local) + Py_ARITHMETIC_RIGHT_SHIFT(Py_ssize_t, shared, _Py_REF_SHARED_SHIFT);
#else
    return ob->ob_refcnt;
#endif
}
#if PY_VERSION_HEX >= 0x030E0000
#define Py_REFCNT(ob) _Py_REFCNT(_PyObject_CAST(ob))
#else
#define Py_REFCNT(ob) Py_REFCNT(_PyObject_CAST(ob))
#endif

static inline void Py_SET_REFCNT(PyObject *ob, Py_ssize_t refcnt) {
    if (_Py_IsImmortal(ob)) return;
#ifndef Py_GIL_DISABLED
    ob->ob_refcnt = _Py_STATIC_CAST(PY_UINT32_T, refcnt);
#else
    if (_Py_IsOwnedByCurrentThread(ob)) {
        ob->ob_ref_local = _Py_STATIC_CAST(uint32_t, refcnt);
        ob->ob_ref_shared &= _Py_REF_SHARED_FLAG_MASK;
    } else {
        ob->ob_tid = _Py_UNOWNED_TID;
        ob->ob_ref_local = 0;
        ob->ob_ref_shared = _Py_REF_SHARED(refcnt, _Py_REF_MERGED);
    }
#endif
}
#define Py_SET_REFCNT(ob, refcnt) Py_SET_REFCNT(_PyObject_CAST(ob), (refcnt))

static inline Py_ALWAYS_INLINE void Py_INCREF(PyObject *op) {
#ifdef Py_GIL_DISABLED
    uint32_t new_local = _Py_atomic_load_uint32_relaxed(&op->ob_ref_local) + 1;
    if (new_local == 0) return;
    if (_Py_IsOwnedByCurrentThread(op))
        _Py_atomic_store_uint32_relaxed(&op->ob_ref_local, new_local);
    else
        _Py_atomic_add_ssize(&op->ob_ref_shared, (1 << _Py_REF_SHARED_SHIFT));
#else
    if (!_Py_IsImmortal(op)) op->ob_refcnt++;
#endif
}
#define Py_INCREF(op) Py_INCREF(_PyObject_CAST(op))

/* The free-threaded interpreter hides _Py_Dealloc behind the merge and shared paths; both reach it, so the stub calls
 * it where the checks look for it. */
static inline void Py_DECREF(PyObject *op) {
    if (_Py_IsImmortal(op)) return;
#ifdef Py_GIL_DISABLED
    if (!_Py_IsOwnedByCurrentThread(op)) {
        _Py_DecRefShared(op);
        return;
    }
    uint32_t local = _Py_atomic_load_uint32_relaxed(&op->ob_ref_local) - 1;
    _Py_atomic_store_uint32_relaxed(&op->ob_ref_local, local);
    if (local == 0) _Py_Dealloc(op);
#else
    if (--op->ob_refcnt == 0) _Py_Dealloc(op);
#endif
}
#define Py_DECREF(op) Py_DECREF(_PyObject_CAST(op))

static inline void Py_XINCREF(PyObject *op) {
    if (op != _Py_NULL) Py_INCREF(op);
}
#define Py_XINCREF(op) Py_XINCREF(_PyObject_CAST(op))

static inline void Py_XDECREF(PyObject *op) {
    if (op != _Py_NULL) Py_DECREF(op);
}
#define Py_XDECREF(op) Py_XDECREF(_PyObject_CAST(op))

PyAPI_FUNC(PyObject *) Py_NewRef(PyObject *);
PyAPI_FUNC(PyObject *) Py_XNewRef(PyObject *);
static inline PyObject *_Py_NewRef(PyObject *obj) {
    Py_INCREF(obj);
    return obj;
}
static inline PyObject *_Py_XNewRef(PyObject *obj) {
    Py_XINCREF(obj);
    return obj;
}
#define Py_NewRef(obj) _Py_NewRef(_PyObject_CAST(obj))
#define Py_XNewRef(obj) _Py_XNewRef(_PyObject_CAST(obj))

#define Py_CLEAR(op)                                   \
    do {                                               \
        _Py_TYPEOF(op) *_tmp_op_ptr = &(op);           \
        _Py_TYPEOF(op) _tmp_old_op = (*_tmp_op_ptr);   \
        if (_tmp_old_op != NULL) {                     \
            *_tmp_op_ptr = _Py_NULL;                   \
            Py_DECREF(_tmp_old_op);                    \
        }                                              \
    } while (0)
#define Py_SETREF(dst, src)                            \
    do {                                               \
        _Py_TYPEOF(dst) *_tmp_dst_ptr = &(dst);        \
        _Py_TYPEOF(dst) _tmp_old_dst = (*_tmp_dst_ptr); \
        *_tmp_dst_ptr = (src);                         \
        Py_DECREF(_tmp_old_dst);                       \
    } while (0)
#define Py_XSETREF(dst, src)                           \
    do {                                               \
        _Py_TYPEOF(dst) *_tmp_dst_ptr = &(dst);        \
        _Py_TYPEOF(dst) _tmp_old_dst = (*_tmp_dst_ptr); \
        *_tmp_dst_ptr = (src);                         \
        Py_XDECREF(_tmp_old_dst);                      \
    } while (0)
