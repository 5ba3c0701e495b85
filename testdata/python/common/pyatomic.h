/* CPython's atomics: inline functions over the compiler builtins, on plain integers. No suffix is sequentially
 * consistent; read-modify-write operations have no weaker form. */
#ifndef UNGIL_STUB_PYATOMIC_H
#define UNGIL_STUB_PYATOMIC_H

#define UNGIL_RMW(name, builtin, T, suffix) \
    static inline T _Py_atomic_##name##_##suffix(T *obj, T value) { return builtin(obj, value, __ATOMIC_SEQ_CST); }
#define UNGIL_CAS(T, suffix)                                                                             \
    static inline int _Py_atomic_compare_exchange_##suffix(T *obj, T *expected, T desired) {             \
        return __atomic_compare_exchange_n(obj, expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
    }
#define UNGIL_LOAD(T, suffix, order) \
    static inline T _Py_atomic_load_##suffix(const T *obj) { return __atomic_load_n(obj, order); }
#define UNGIL_STORE(T, suffix, order) \
    static inline void _Py_atomic_store_##suffix(T *obj, T value) { __atomic_store_n(obj, value, order); }

#define UNGIL_LOAD_STORE(T, suffix)                    \
    UNGIL_LOAD(T, suffix, __ATOMIC_SEQ_CST)            \
    UNGIL_LOAD(T, suffix##_relaxed, __ATOMIC_RELAXED)  \
    UNGIL_STORE(T, suffix, __ATOMIC_SEQ_CST)           \
    UNGIL_STORE(T, suffix##_relaxed, __ATOMIC_RELAXED)
#define UNGIL_ATOMIC(T, suffix)                           \
    UNGIL_RMW(add, __atomic_fetch_add, T, suffix)         \
    UNGIL_RMW(exchange, __atomic_exchange_n, T, suffix)   \
    UNGIL_CAS(T, suffix)                                  \
    UNGIL_LOAD_STORE(T, suffix)
#define UNGIL_ATOMIC_BITS(T, suffix)                \
    UNGIL_RMW(and, __atomic_fetch_and, T, suffix)   \
    UNGIL_RMW(or, __atomic_fetch_or, T, suffix)
#define UNGIL_ACQUIRE_RELEASE(T, suffix)               \
    UNGIL_LOAD(T, suffix##_acquire, __ATOMIC_ACQUIRE)  \
    UNGIL_STORE(T, suffix##_release, __ATOMIC_RELEASE)

UNGIL_ATOMIC(int, int)
UNGIL_ATOMIC(int8_t, int8)
UNGIL_ATOMIC(int16_t, int16)
UNGIL_ATOMIC(int32_t, int32)
UNGIL_ATOMIC(int64_t, int64)
UNGIL_ATOMIC(intptr_t, intptr)
UNGIL_ATOMIC(unsigned int, uint)
UNGIL_ATOMIC(uint8_t, uint8)
UNGIL_ATOMIC(uint16_t, uint16)
UNGIL_ATOMIC(uint32_t, uint32)
UNGIL_ATOMIC(uint64_t, uint64)
UNGIL_ATOMIC(uintptr_t, uintptr)
UNGIL_ATOMIC(Py_ssize_t, ssize)

UNGIL_ATOMIC_BITS(uint8_t, uint8)
UNGIL_ATOMIC_BITS(uint16_t, uint16)
UNGIL_ATOMIC_BITS(uint32_t, uint32)
UNGIL_ATOMIC_BITS(uint64_t, uint64)
UNGIL_ATOMIC_BITS(uintptr_t, uintptr)

UNGIL_ACQUIRE_RELEASE(int, int)
UNGIL_ACQUIRE_RELEASE(uint32_t, uint32)
UNGIL_ACQUIRE_RELEASE(uint64_t, uint64)
UNGIL_ACQUIRE_RELEASE(uintptr_t, uintptr)
UNGIL_ACQUIRE_RELEASE(Py_ssize_t, ssize)

UNGIL_LOAD(unsigned long long, ullong_relaxed, __ATOMIC_RELAXED)
UNGIL_STORE(unsigned long long, ullong_relaxed, __ATOMIC_RELAXED)
#if PY_VERSION_HEX >= 0x030E0000
UNGIL_LOAD(char, char_relaxed, __ATOMIC_RELAXED)
UNGIL_STORE(char, char_relaxed, __ATOMIC_RELAXED)
UNGIL_LOAD(unsigned char, uchar_relaxed, __ATOMIC_RELAXED)
UNGIL_STORE(unsigned char, uchar_relaxed, __ATOMIC_RELAXED)
UNGIL_LOAD(short, short_relaxed, __ATOMIC_RELAXED)
UNGIL_STORE(short, short_relaxed, __ATOMIC_RELAXED)
UNGIL_LOAD(unsigned short, ushort_relaxed, __ATOMIC_RELAXED)
UNGIL_STORE(unsigned short, ushort_relaxed, __ATOMIC_RELAXED)
UNGIL_LOAD(long, long_relaxed, __ATOMIC_RELAXED)
UNGIL_STORE(long, long_relaxed, __ATOMIC_RELAXED)
UNGIL_LOAD(long long, llong_relaxed, __ATOMIC_RELAXED)
UNGIL_STORE(long long, llong_relaxed, __ATOMIC_RELAXED)
UNGIL_STORE(int8_t, int8_release, __ATOMIC_RELEASE)
#endif

static inline void *_Py_atomic_load_ptr(const void *obj) {
    return __atomic_load_n((void *const *)obj, __ATOMIC_SEQ_CST);
}
static inline void *_Py_atomic_load_ptr_relaxed(const void *obj) {
    return __atomic_load_n((void *const *)obj, __ATOMIC_RELAXED);
}
static inline void *_Py_atomic_load_ptr_acquire(const void *obj) {
    return __atomic_load_n((void *const *)obj, __ATOMIC_ACQUIRE);
}
static inline void _Py_atomic_store_ptr(void *obj, void *value) {
    __atomic_store_n((void **)obj, value, __ATOMIC_SEQ_CST);
}
static inline void _Py_atomic_store_ptr_relaxed(void *obj, void *value) {
    __atomic_store_n((void **)obj, value, __ATOMIC_RELAXED);
}
static inline void _Py_atomic_store_ptr_release(void *obj, void *value) {
    __atomic_store_n((void **)obj, value, __ATOMIC_RELEASE);
}
static inline void *_Py_atomic_exchange_ptr(void *obj, void *value) {
    return __atomic_exchange_n((void **)obj, value, __ATOMIC_SEQ_CST);
}
static inline int _Py_atomic_compare_exchange_ptr(void *obj, void *expected, void *desired) {
    return __atomic_compare_exchange_n((void **)obj, (void **)expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static inline void _Py_atomic_fence_seq_cst(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline void _Py_atomic_fence_acquire(void) { __atomic_thread_fence(__ATOMIC_ACQUIRE); }
static inline void _Py_atomic_fence_release(void) { __atomic_thread_fence(__ATOMIC_RELEASE); }

#undef UNGIL_RMW
#undef UNGIL_CAS
#undef UNGIL_LOAD
#undef UNGIL_STORE
#undef UNGIL_LOAD_STORE
#undef UNGIL_ATOMIC
#undef UNGIL_ATOMIC_BITS
#undef UNGIL_ACQUIRE_RELEASE

#endif
