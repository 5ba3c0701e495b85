/* nanobind's shapes, declared only: enough for the checks to see bindings, guards and owning wrappers. */
#ifndef UNGIL_STUB_NANOBIND_H
#define UNGIL_STUB_NANOBIND_H

#include <Python.h>
#include <cstddef>
#include <exception>
#include <typeinfo>
#include <type_traits>
#include <utility>

#define NB_VERSION_MAJOR 3
#define NB_VERSION_MINOR 0
#define NB_EXPORT __attribute__((visibility("default")))
#if defined(Py_GIL_DISABLED) && !defined(NB_FREE_THREADED)
#define NB_FREE_THREADED
#endif

namespace nanobind {

class object;
class str;
class dict;
class tuple;
class list;
class none;

namespace detail {
inline namespace v0 {

PyObject *module_new(const char *name, const char *doc, void *exec);
PyObject *module_import(const char *name);
void raise_python_error();

template <typename Impl> class accessor;
struct str_attr;
struct str_item;
struct num_item;

template <typename Derived> class api {
public:
    Derived &derived() { return static_cast<Derived &>(*this); }
    const Derived &derived() const { return static_cast<const Derived &>(*this); }
    bool is(PyObject *value) const;
    bool is_none() const;
    bool is_valid() const;
    nanobind::object type() const;
    accessor<str_attr> attr(const char *key) const;
    template <typename Key> accessor<str_item> operator[](Key &&key) const;
    template <typename... Args> nanobind::object operator()(Args &&...args) const;
};

template <typename Impl> class accessor : public api<accessor<Impl>> {
public:
    template <typename T> accessor &operator=(T &&value);
    PyObject *ptr() const;
};

class dict_iterator {
public:
    std::pair<nanobind::object, nanobind::object> operator*() const;
    dict_iterator &operator++();
    bool operator!=(const dict_iterator &other) const;
};

class list_iterator {
public:
    nanobind::object operator*() const;
    list_iterator &operator++();
    bool operator!=(const list_iterator &other) const;
};

} // inline namespace v0
} // namespace detail

class handle : public detail::api<handle> {
public:
    handle() = default;
    handle(PyObject *ptr) : m_ptr(ptr) {}
    handle(const PyTypeObject *ptr) : m_ptr((PyObject *)ptr) {}
    const handle &inc_ref() const & noexcept {
        Py_XINCREF(m_ptr);
        return *this;
    }
    const handle &dec_ref() const & noexcept {
        Py_XDECREF(m_ptr);
        return *this;
    }
    explicit operator bool() const { return m_ptr != nullptr; }
    PyObject *ptr() const { return m_ptr; }

protected:
    PyObject *m_ptr = nullptr;
};

namespace detail {
struct borrow_t {};
struct steal_t {};
} // namespace detail

class object : public handle {
public:
    object() = default;
    object(const object &o) : handle(o) { inc_ref(); }
    object(object &&o) noexcept : handle(o) { o.m_ptr = nullptr; }
    object(handle h, detail::borrow_t) : handle(h) { inc_ref(); }
    object(handle h, detail::steal_t) : handle(h) {}
    template <typename Impl> object(const detail::accessor<Impl> &value);
    ~object() { dec_ref(); }
    handle release() {
        handle temp(m_ptr);
        m_ptr = nullptr;
        return temp;
    }
    void reset() {
        dec_ref();
        m_ptr = nullptr;
    }
    object &operator=(const object &o) {
        handle temp(m_ptr);
        o.inc_ref();
        m_ptr = o.m_ptr;
        temp.dec_ref();
        return *this;
    }
    object &operator=(object &&o) noexcept {
        handle temp(m_ptr);
        m_ptr = o.m_ptr;
        o.m_ptr = nullptr;
        temp.dec_ref();
        return *this;
    }
};

template <typename T = object> T borrow(handle h) { return {h, detail::borrow_t()}; }
template <typename T = object> T steal(handle h) { return {h, detail::steal_t()}; }

enum class rv_policy {
    automatic, automatic_reference, take_ownership, copy, move, reference, reference_internal, none
};

template <typename T> T cast(handle h, bool convert = true);
template <typename T>
object cast(T &&value, rv_policy policy = rv_policy::automatic_reference, handle parent = handle());
template <typename T> bool try_cast(handle h, T &out, bool convert = true) noexcept;
template <typename T> object find(const T &value) noexcept;
template <typename T> bool isinstance(handle h) noexcept;
bool isinstance(handle inst, handle cls);

#define NB_OBJECT_STUB(Type, Parent) \
public:                              \
    using Parent::Parent;            \
    Type() = default;

class module_ : public object {
    NB_OBJECT_STUB(module_, object)
    template <typename Func, typename... Extra> module_ &def(const char *, Func &&, const Extra &...) { return *this; }
    static module_ import_(const char *name);
    module_ def_submodule(const char *name, const char *doc = nullptr);
};

class str : public object {
    NB_OBJECT_STUB(str, object)
    explicit str(handle h);
    explicit str(const char *s);
    const char *c_str() const;
};
class int_ : public object {
    NB_OBJECT_STUB(int_, object)
    explicit int_(handle h);
    explicit int_(long value);
    explicit operator long() const;
};
class float_ : public object {
    NB_OBJECT_STUB(float_, object)
    explicit float_(double value);
    explicit operator double() const;
};
class bool_ : public object {
    NB_OBJECT_STUB(bool_, object)
    explicit bool_(bool value);
    explicit operator bool() const;
};
class bytes : public object {
    NB_OBJECT_STUB(bytes, object)
    bytes(const void *s, size_t n);
    const char *c_str() const;
    size_t size() const;
};
class none : public object {
public:
    none();
};
class tuple : public object {
    NB_OBJECT_STUB(tuple, object)
    size_t size() const;
    detail::accessor<detail::num_item> operator[](size_t index) const;
};
class list : public object {
    NB_OBJECT_STUB(list, object)
    size_t size() const;
    template <typename T> void append(T &&value);
    detail::accessor<detail::num_item> operator[](size_t index) const;
    detail::list_iterator begin() const;
    detail::list_iterator end() const;
};
class dict : public object {
    NB_OBJECT_STUB(dict, object)
    size_t size() const;
    list keys() const;
    list values() const;
    list items() const;
    template <typename T> bool contains(T &&key) const;
    detail::dict_iterator begin() const;
    detail::dict_iterator end() const;
};
class set : public object {
    NB_OBJECT_STUB(set, object)
    size_t size() const;
    template <typename T> void add(T &&value);
};
class sequence : public object {
    NB_OBJECT_STUB(sequence, object)
};
class mapping : public object {
    NB_OBJECT_STUB(mapping, object)
};
class callable : public object {
    NB_OBJECT_STUB(callable, object)
};
class capsule : public object {
    NB_OBJECT_STUB(capsule, object)
    explicit capsule(const void *ptr, void (*cleanup)(void *) noexcept = nullptr);
    void *data() const;
};
class args : public tuple {
    NB_OBJECT_STUB(args, tuple)
};
class kwargs : public dict {
    NB_OBJECT_STUB(kwargs, dict)
};
#undef NB_OBJECT_STUB

class python_error : public std::exception {
public:
    python_error();
    const char *what() const noexcept override;
    bool matches(handle exc) const noexcept;
    void restore() noexcept;
};
void chain_error(handle type, const char *fmt, ...) noexcept;

struct gil_scoped_acquire {
    gil_scoped_acquire() noexcept : state(PyGILState_Ensure()) {}
    ~gil_scoped_acquire() { PyGILState_Release(state); }
    gil_scoped_acquire(const gil_scoped_acquire &) = delete;
    bool is_valid() const { return true; }
    explicit operator bool() const { return true; }

private:
    const PyGILState_STATE state;
};

struct gil_scoped_release {
    gil_scoped_release() noexcept : state(PyEval_SaveThread()) {}
    ~gil_scoped_release() { PyEval_RestoreThread(state); }
    gil_scoped_release(const gil_scoped_release &) = delete;

private:
    PyThreadState *state;
};

namespace detail {
struct cleanup_guard {
    cleanup_guard() noexcept;
    ~cleanup_guard();
    explicit operator bool() const;
};
} // namespace detail

struct ft_mutex {
    ft_mutex() = default;
    ft_mutex(const ft_mutex &) = delete;
#if !defined(NB_FREE_THREADED)
    void lock() {}
    void unlock() {}
#else
    void lock() { PyMutex_Lock(&mutex); }
    void unlock() { PyMutex_Unlock(&mutex); }

private:
    PyMutex mutex{0};
#endif
};

struct ft_lock_guard {
    ft_lock_guard(ft_mutex &m) : m(m) { m.lock(); }
    ~ft_lock_guard() { m.unlock(); }
    ft_lock_guard(const ft_lock_guard &) = delete;

private:
    ft_mutex &m;
};

struct ft_object_guard {
    ft_object_guard(const ft_object_guard &) = delete;
#if !defined(NB_FREE_THREADED)
    ft_object_guard(handle) {}
#else
    ft_object_guard(handle h) { PyCriticalSection_Begin(&cs, h.ptr()); }
    ~ft_object_guard() { PyCriticalSection_End(&cs); }

private:
    PyCriticalSection cs;
#endif
};

struct ft_object2_guard {
    ft_object2_guard(const ft_object2_guard &) = delete;
#if !defined(NB_FREE_THREADED)
    ft_object2_guard(handle, handle) {}
#else
    ft_object2_guard(handle h1, handle h2) { PyCriticalSection2_Begin(&cs, h1.ptr(), h2.ptr()); }
    ~ft_object2_guard() { PyCriticalSection2_End(&cs); }

private:
    PyCriticalSection2 cs;
#endif
};

struct scope {
    explicit scope(handle value);
};
struct name {
    explicit name(const char *value);
};
struct sig {
    explicit sig(const char *value);
};

template <unsigned Flags, bool Locked> struct arg_v_t;

template <unsigned Flags = 1, bool Locked = false> struct arg_t {
    constexpr explicit arg_t(const char *name = nullptr) : name_(name) {}
    template <typename T> arg_v_t<Flags, Locked> operator=(T &&value) const;
    constexpr auto noconvert() const { return arg_t<Flags & ~1u, Locked>(name_); }
    constexpr auto none() const { return arg_t<Flags | 2u, Locked>(name_); }
    constexpr auto lock() const { return arg_t<Flags, true>(name_); }

    const char *name_;
};
template <unsigned Flags, bool Locked> struct arg_v_t : arg_t<Flags, Locked> {
    object value;
};
using arg = arg_t<>;
using arg_locked = arg_t<1, true>;

inline namespace literals {
constexpr arg operator""_a(const char *name, size_t) { return arg(name); }
} // namespace literals

template <typename... Ts> struct call_guard {};
template <size_t Nurse, size_t Patient> struct keep_alive {};
template <typename T> struct supplement {};
struct dynamic_attr {};
struct is_weak_referenceable {};
struct is_method {};
struct is_implicit {};
struct is_operator {};
struct is_arithmetic {};
struct is_final {};
struct is_generic {};
struct kw_only {};
struct lock_self {};
struct never_destruct {};

struct type_slots {
    type_slots(const PyType_Slot *value) : value(value) {}
    const PyType_Slot *value;
};

template <typename T> struct intrusive_ptr {
    intrusive_ptr(void (*set_self_py)(T *, PyObject *) noexcept);
};

template <typename... Args> struct init {};
template <typename Func> struct new_ {
    new_(Func) {}
};

template <typename T, typename... Ts> class class_ : public object {
public:
    using Type = T;
    template <typename... Extra> class_(handle, const char *, const Extra &...) {}
    template <typename Func, typename... Extra> class_ &def(const char *, Func &&, const Extra &...) { return *this; }
    template <typename... Args, typename... Extra> class_ &def(init<Args...> &&, const Extra &...) { return *this; }
    template <typename Func, typename... Extra> class_ &def(new_<Func> &&, const Extra &...) { return *this; }
    template <typename Func, typename... Extra>
    class_ &def_static(const char *, Func &&, const Extra &...) { return *this; }
    template <typename Getter, typename Setter, typename... Extra>
    class_ &def_prop_rw(const char *, Getter &&, Setter &&, const Extra &...) { return *this; }
    template <typename Getter, typename Setter, typename... Extra>
    class_ &def_prop_rw_static(const char *, Getter &&, Setter &&, const Extra &...) { return *this; }
    template <typename Getter, typename... Extra>
    class_ &def_prop_ro(const char *, Getter &&, const Extra &...) { return *this; }
    template <typename Getter, typename... Extra>
    class_ &def_prop_ro_static(const char *, Getter &&, const Extra &...) { return *this; }
    template <typename C, typename D, typename... Extra>
    class_ &def_rw(const char *, D C::*, const Extra &...) { return *this; }
    template <typename C, typename D, typename... Extra>
    class_ &def_ro(const char *, D C::*, const Extra &...) { return *this; }
    template <typename D, typename... Extra>
    class_ &def_rw_static(const char *, D *, const Extra &...) { return *this; }
    template <typename D, typename... Extra>
    class_ &def_ro_static(const char *, D *, const Extra &...) { return *this; }
};

template <typename T> class enum_ : public object {
public:
    template <typename... Extra> enum_(handle, const char *, const Extra &...) {}
    enum_ &value(const char *name, T value, const char *doc = nullptr);
    enum_ &export_values();
};

template <typename Func, typename... Extra> object cpp_function(Func &&, const Extra &...) { return {}; }

handle type(const std::type_info &t) noexcept;
bool inst_check(handle h);
bool inst_ready(handle h);
void inst_mark_ready(handle h);
void inst_set_state(handle h, bool ready, bool destruct);
std::pair<bool, bool> inst_state(handle h);
object inst_alloc(handle type);
object inst_take_ownership(handle type, void *p);
object inst_reference(handle type, void *p, handle parent = handle());
template <typename T> T *inst_ptr(handle h);
template <typename T> T &type_supplement(handle h);
void register_exception_translator(void (*t)(const std::exception_ptr &, void *), void *payload = nullptr);

inline detail::accessor<detail::str_attr> getattr(handle h, const char *key) { return h.attr(key); }
void setattr(handle h, const char *key, handle value);
void print(handle value);
size_t len(handle h);

} // namespace nanobind

#define NB_MODULE_IMPL(name, variable)                                                                       \
    static void nanobind_##name##_exec_impl(nanobind::module_);                                              \
    static int nanobind_##name##_exec(PyObject *m) {                                                         \
        try {                                                                                                \
            nanobind_##name##_exec_impl(nanobind::borrow<nanobind::module_>(m));                             \
            return 0;                                                                                        \
        } catch (nanobind::python_error & e) {                                                               \
            e.restore();                                                                                     \
            nanobind::chain_error(PyExc_ImportError, "module initialisation failed");                        \
        } catch (const std::exception &e) {                                                                  \
            PyErr_SetString(PyExc_ImportError, e.what());                                                    \
        }                                                                                                    \
        return -1;                                                                                           \
    }                                                                                                        \
    static PyObject *nanobind_##name##_def = nullptr;                                                        \
    extern "C" [[maybe_unused]] NB_EXPORT PyObject *PyInit_##name(void);                                     \
    extern "C" PyObject *PyInit_##name(void) {                                                               \
        if (!nanobind_##name##_def)                                                                          \
            nanobind_##name##_def =                                                                          \
                nanobind::detail::module_new(#name, nullptr, (void *)nanobind_##name##_exec);                \
        return nanobind_##name##_def;                                                                        \
    }                                                                                                        \
    void nanobind_##name##_exec_impl(nanobind::module_ variable)
#define NB_MODULE(name, variable) NB_MODULE_IMPL(name, variable)

#endif
