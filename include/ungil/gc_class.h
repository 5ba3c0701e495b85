// Python types whose fields the cyclic collector sees, without a hand-written traverse or clear that could
// forget one.
//
//   struct NodeState {
//     ungil::Py<> left, right;
//     std::vector<ungil::Py<>> children;
//     long weight = 0;
//   };
//   using Node = ungil::gc_class<NodeState>;
//   ungil::Py<PyTypeObject> type = ungil::gc_slots<Node>::make_type(attached, module, "package.Node", slots);
//
// The state is a plain aggregate. Its members are enumerated by the compiler, so a new field is visited the
// moment it is declared; a field of which the compiler cannot know whether it owns references does not
// compile and the message names the repair. Rules kept, with their source (C API reference, "Supporting
// Cyclic Garbage Collection" and "Type Objects"):
//   - traverse visits every owned reference, and the type of an instance of a heap type, once (3.9)
//   - traverse and clear are installed as a pair: a subtype that defines one of them inherits neither
//   - a derived class runs its base's traverse, clear and destructor
//   - an object is untracked before its fields are destroyed, and tracked only after they are valid
//   - a dealloc of a container nests no deeper than the trashcan allows (needed before 3.14)
//   - an instance owns a reference to its heap type, which dealloc drops last
#pragma once

#include "ungil/cell.h"
#include "ungil/freelist.h"
#include "ungil/once_ref.h"

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

UNGIL_NAMESPACE_BEGIN

/// A field that owns no references to Python objects, on the author's word: native handles, borrowed
/// pointers, foreign types.
template <class T> struct NoRefs {
  T value{}; ///< neither visited nor cleared
};

/// How the collector sees a field of type T. Specialise it for containers of your own: traverse calls
/// gc_traverse on each part and returns the first result that is not 0; clear makes the field empty first and
/// drops the references after. traverse must not allocate, wait, change reference counts or run Python code.
/// There is none for node-based containers such as std::map, because a collection that starts while one is
/// being emptied would walk freed nodes.
template <class T, class = void> struct gc_traits;

/// Visits all references in `field`; the result is the visitor's, for tp_traverse to return.
template <class T> int gc_traverse(T &field, visitproc visit, void *arg) {
  using mutable_type = std::remove_const_t<T>;
  return gc_traits<mutable_type>::traverse(const_cast<mutable_type &>(field), visit, arg);
}

/// Drops all references in `field`. Use it also to empty a container inside a tracked object: destroying the
/// elements in place would show the collector half of them.
template <class T> void gc_clear(T &field) { gc_traits<T>::clear(field); }

namespace detail {

template <class T> inline constexpr bool dependent_false = false;

struct no_references {
  template <class T> static int traverse(T &, visitproc, void *) noexcept { return 0; }
  template <class T> static void clear(T &) noexcept {}
};

struct clear_by_move {
  template <class T> static void clear(T &field) {
    T dropped = std::move(field);
    field = T();
  }
};

struct in_range {
  template <class T> static int traverse(T &range, visitproc visit, void *arg) {
    for (auto &element : range)
      if (int result = gc_traverse(element, visit, arg))
        return result;
    return 0;
  }
  template <class T> static void clear(T &range) {
    for (auto &element : range)
      gc_clear(element);
  }
};

struct in_pointee {
  template <class T> static int traverse(T &pointer, visitproc visit, void *arg) {
    return pointer ? gc_traverse(*pointer, visit, arg) : 0;
  }
};

// Calls `use` with all members of an aggregate. Their number is the largest for which `T{{}, {}, ...}`
// compiles. It cannot be wrong unnoticed, because the structured binding demands the exact one.
template <std::size_t N> struct members;

#define UNGIL_UNPACK(...) __VA_ARGS__
#define UNGIL_MEMBERS(N, BRACES, NAMES)                                                                      \
  template <> struct members<N> {                                                                            \
    template <class T> static auto fit(int) -> decltype(T{UNGIL_UNPACK BRACES}, std::true_type());           \
    template <class T> static std::false_type fit(...);                                                      \
    template <class T, class F> static auto apply(T &aggregate, F use) {                                     \
      auto &[UNGIL_UNPACK NAMES] = aggregate;                                                                \
      return use(UNGIL_UNPACK NAMES);                                                                        \
    }                                                                                                        \
  };
// clang-format off
UNGIL_MEMBERS(1, ({}), (a))
UNGIL_MEMBERS(2, ({}, {}), (a, b))
UNGIL_MEMBERS(3, ({}, {}, {}), (a, b, c))
UNGIL_MEMBERS(4, ({}, {}, {}, {}), (a, b, c, d))
UNGIL_MEMBERS(5, ({}, {}, {}, {}, {}), (a, b, c, d, e))
UNGIL_MEMBERS(6, ({}, {}, {}, {}, {}, {}), (a, b, c, d, e, f))
UNGIL_MEMBERS(7, ({}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g))
UNGIL_MEMBERS(8, ({}, {}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g, h))
UNGIL_MEMBERS(9, ({}, {}, {}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g, h, i))
UNGIL_MEMBERS(10, ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g, h, i, j))
UNGIL_MEMBERS(11, ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g, h, i, j, k))
UNGIL_MEMBERS(12, ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g, h, i, j, k, l))
UNGIL_MEMBERS(13, ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g, h, i, j, k, l, m))
UNGIL_MEMBERS(14, ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g, h, i, j, k, l, m, n))
UNGIL_MEMBERS(15, ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o))
UNGIL_MEMBERS(16, ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}), (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p))
// clang-format on
#undef UNGIL_MEMBERS
#undef UNGIL_UNPACK

template <class T, std::size_t N = 16> constexpr std::size_t count_members() noexcept {
  if constexpr (N == 0)
    return 0;
  else if constexpr (decltype(members<N>::template fit<T>(0))::value)
    return N;
  else
    return count_members<T, N - 1>();
}

template <class T, class F> void for_each_member(T &aggregate, F f) {
  constexpr std::size_t count = count_members<T>();
  if constexpr (count != 0)
    members<count>::apply(aggregate, [&](auto &...member) { (f(member), ...); });
}

} // namespace detail

template <class T, class> struct gc_traits {
  static_assert(!std::is_pointer_v<T>,
                "ungil: the collector cannot see through a raw pointer; use ungil::Py<> when the field "
                "owns a reference, ungil::NoRefs<> when it owns none");
  static_assert(std::is_pointer_v<T> || std::is_aggregate_v<T>,
                "ungil: nobody told the collector what is in this field; specialise ungil::gc_traits<> for "
                "its type, or wrap it "
                "in ungil::NoRefs<> when it holds no references");

  static int traverse(T &aggregate, visitproc visit, void *arg) {
    int result = 0;
    detail::for_each_member(aggregate, [&](auto &member) {
      if (result == 0)
        result = gc_traverse(member, visit, arg);
    });
    return result;
  }
  static void clear(T &aggregate) {
    detail::for_each_member(aggregate, [](auto &member) { gc_clear(member); });
  }
};

template <class T>
struct gc_traits<T, std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>>> : detail::no_references {
};
template <class T> struct gc_traits<NoRefs<T>> : detail::no_references {};
template <class C> struct gc_traits<std::basic_string<C>> : detail::no_references {};
template <> struct gc_traits<std::mutex> : detail::no_references {};
template <class A> struct gc_traits<basic_borrow_flag<A>> : detail::no_references {};
template <class T>
struct gc_traits<std::atomic<T>, std::enable_if_t<std::is_arithmetic_v<T> || std::is_enum_v<T>>>
    : detail::no_references {};

template <class T> struct gc_traits<Py<T>> {
  static int traverse(Py<T> &reference, visitproc visit, void *arg) {
    Py_VISIT(reference.object());
    return 0;
  }
  static void clear(Py<T> &reference) { reference.reset(); }
};

template <> struct gc_traits<OnceRef> {
  static int traverse(OnceRef &reference, visitproc visit, void *arg) {
    Py_VISIT(reference.get());
    return 0;
  }
  static void clear(OnceRef &reference) { (void)reference.take(); }
};

/// A cell that is borrowed exclusively is skipped: its owner may be a detached thread that is changing it
/// right now, while the collector has stopped only attached ones. What it holds then counts as referenced
/// from outside and survives, which is safe; the next collection sees it. The collector visits an object more
/// than once, and what it has seen it must see again: otherwise an object that is in use is taken for
/// garbage. Hence the rule of Cell that only attached threads, which a collection has stopped, make a cell
/// exclusive.
template <class T> struct gc_traits<Cell<T>> {
  static int traverse(Cell<T> &cell, visitproc visit, void *arg) {
    auto value = cell.try_borrow();
    return value ? gc_traverse(*value, visit, arg) : 0;
  }
  static void clear(Cell<T> &cell) {
    T dropped{}; // dropped after the borrow has ended, because that runs destructors
    if (auto value = cell.try_borrow_mut())
      dropped = std::exchange(*value, T{});
  }
};

template <class T, std::size_t N> struct gc_traits<T[N]> : detail::in_range {};
template <class T, std::size_t N> struct gc_traits<std::array<T, N>> : detail::in_range {};
template <class T> struct gc_traits<std::vector<T>> : detail::in_range, detail::clear_by_move {
  using detail::clear_by_move::clear;
};
template <class T> struct gc_traits<std::optional<T>> : detail::in_pointee, detail::clear_by_move {};
template <class T> struct gc_traits<std::unique_ptr<T>> : detail::in_pointee, detail::clear_by_move {};
template <class T, class U> struct gc_traits<std::pair<T, U>> {
  static int traverse(std::pair<T, U> &pair, visitproc visit, void *arg) {
    int result = gc_traverse(pair.first, visit, arg);
    return result ? result : gc_traverse(pair.second, visit, arg);
  }
  static void clear(std::pair<T, U> &pair) {
    gc_clear(pair.first);
    gc_clear(pair.second);
  }
};

/// The default base: an instance begins with a PyObject. A base that is no gc_class is named by a struct like
/// this one with `object_type` and `static PyTypeObject *type()`: for dict, PyDictObject and &PyDict_Type.
struct no_base {
  using object_type = PyObject;
};

/// The layout of an instance: the base's fields, then State. `State` is an aggregate that is made by
/// `State{}` without throwing; what can fail belongs in tp_init. `List` is a FreeList for instances of
/// exactly this class.
template <class State, class Base = no_base, class List = no_free_list> struct gc_class {
  static_assert(std::is_aggregate_v<State>,
                "ungil: the state must be an aggregate (no constructors, no private members), so "
                "that the compiler can enumerate its fields");
  static_assert(alignof(State) <= alignof(std::max_align_t),
                "ungil: CPython's allocators do not align this much");

  using object_type = gc_class;
  using state_type = State;
  using base_type = Base;
  using list_type = List;

  typename Base::object_type base;
  State state;

  /// The state of an instance of this class or a subclass; unchecked.
  static State &of(PyObject *self) noexcept { return reinterpret_cast<gc_class *>(self)->state; }
};

namespace detail {
template <class T> struct is_gc_class : std::false_type {};
template <class S, class B, class L> struct is_gc_class<gc_class<S, B, L>> : std::true_type {};
} // namespace detail

/// The slots of a gc_class, composed with those of its base at compile time.
template <class C> struct gc_slots {
  using State = typename C::state_type;
  using Base = typename C::base_type;
  using List = typename C::list_type;
  static constexpr bool has_gc_base = detail::is_gc_class<Base>::value;
  static constexpr bool has_native_base = !has_gc_base && !std::is_same_v<Base, no_base>;
  static_assert(!has_native_base || std::is_same_v<List, no_free_list>,
                "ungil: the native base frees its instances itself");

  /// Makes the heap type. `name` must outlive it (a string literal). `slots` ends with {0, nullptr} and must
  /// not contain traverse, clear, dealloc, alloc or free; without a Py_tp_new, instances are made by
  /// `create`. `flags` are added to Py_TPFLAGS_DEFAULT and Py_TPFLAGS_HAVE_GC; managed dicts and weak
  /// reference lists are not supported, but Python subclasses get theirs as usual. `base` is the type of a
  /// gc_class base. Null with an exception set on failure.
  static Py<PyTypeObject> make_type(const Attached &attached, PyObject *module, const char *name,
                                    const PyType_Slot *slots = nullptr,
                                    unsigned int flags = Py_TPFLAGS_BASETYPE, PyTypeObject *base = nullptr) {
    constexpr unsigned int managed =
#if PY_VERSION_HEX >= 0x030C0000
        Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF;
#else
        0;
#endif
    std::vector<PyType_Slot> all = {{Py_tp_traverse, reinterpret_cast<void *>(traverse)},
                                    {Py_tp_clear, reinterpret_cast<void *>(clear)},
                                    {Py_tp_dealloc, reinterpret_cast<void *>(dealloc)}};
    bool makes_itself = false, refused = (flags & managed) != 0;
    for (; slots && slots->slot; ++slots) {
      const int id = slots->slot;
      makes_itself = makes_itself || id == Py_tp_new;
      refused = refused || id == Py_tp_traverse || id == Py_tp_clear || id == Py_tp_dealloc ||
                id == Py_tp_alloc || id == Py_tp_free;
      all.push_back(*slots);
    }
    if (refused) {
      PyErr_Format(PyExc_SystemError, "%s: memory slots and managed flags are gc_class's own", name);
      return nullptr;
    }
    if (!makes_itself)
      all.push_back({Py_tp_new, reinterpret_cast<void *>(tp_new)});
    all.push_back({0, nullptr});

    if constexpr (has_native_base)
      base = Base::type();
    auto bases = Py<>::steal(base ? PyTuple_Pack(1, base) : nullptr);
    if (base && !bases)
      return nullptr;
    PyType_Spec spec = {name, int(sizeof(C)), 0,
                        static_cast<unsigned int>(Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | flags),
                        all.data()};
    auto type = Py<PyTypeObject>::steal(
        reinterpret_cast<PyTypeObject *>(PyType_FromModuleAndSpec(module, &spec, bases.object())));
    (void)attached;
    if (type)
      List::bind(type.get());
    return type;
  }

  /// A new instance with an empty state, tracked; null with MemoryError. `type` is the class or a subclass.
  UNGIL_MAY_RUN_PYTHON UNGIL_NEEDS_ATTACHED static PyObject *create(const Attached &, PyTypeObject *type) {
    return tp_new(type, nullptr, nullptr);
  }

  static PyObject *tp_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *self = List::try_reuse(type);
    if (self == nullptr) {
      if constexpr (has_native_base)
        self = Base::type()->tp_new(type, args, kwargs);
      else
        self = type->tp_alloc(type, 0);
      (void)args;
      (void)kwargs;
      if (self == nullptr)
        return nullptr;
      PyObject_GC_UnTrack(self); // both tracked it before the state exists
    }
    construct(self);
    PyObject_GC_Track(self);
    return self;
  }

  static int traverse(PyObject *self, visitproc visit, void *arg) {
    if (int result = traverse_fields(self, visit, arg))
      return result;
    if (!base_visits_type())
      Py_VISIT(Py_TYPE(self));
    return 0;
  }

  static int clear(PyObject *self) {
    clear_fields(self);
    return 0;
  }

  static void dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    if (type->tp_finalize && PyObject_CallFinalizerFromDealloc(self) < 0)
      return; // the finaliser revived it
    PyObject_GC_UnTrack(self);
#if PY_VERSION_HEX < 0x030E0000
    Py_TRASHCAN_BEGIN(self, dealloc)
#endif
        if (type->tp_weaklistoffset != 0) PyObject_ClearWeakRefs(self);
    destroy(self);
    const bool base_drops_type = base_visits_type();
    if constexpr (has_native_base)
      Base::type()->tp_dealloc(self);
    else if (!List::try_keep(self))
      type->tp_free(self);
    if (!base_drops_type)
      Py_DECREF(type);
#if PY_VERSION_HEX < 0x030E0000
    Py_TRASHCAN_END
#endif
  }

private:
  template <class> friend struct gc_slots;

  /// A native base that is a heap type does for the instance's type what CPython asks of heap types; a static
  /// one does not.
  static bool base_visits_type() noexcept {
    if constexpr (has_native_base)
      return PyType_HasFeature(Base::type(), Py_TPFLAGS_HEAPTYPE);
    else
      return false;
  }

  static int traverse_fields(PyObject *self, visitproc visit, void *arg) {
    if constexpr (has_gc_base) {
      if (int result = gc_slots<Base>::traverse_fields(self, visit, arg))
        return result;
    } else if constexpr (has_native_base) {
      if (int result = Base::type()->tp_traverse(self, visit, arg))
        return result;
    }
    return gc_traverse(C::of(self), visit, arg);
  }

  static void clear_fields(PyObject *self) {
    gc_clear(C::of(self));
    if constexpr (has_gc_base)
      gc_slots<Base>::clear_fields(self);
    else if constexpr (has_native_base)
      if (inquiry base_clear = Base::type()->tp_clear)
        base_clear(self);
  }

  static void construct(PyObject *self) noexcept {
    static_assert(noexcept(State{}), "ungil: making the state must not throw; do what can fail in tp_init");
    if constexpr (has_gc_base)
      gc_slots<Base>::construct(self);
    ::new (static_cast<void *>(&C::of(self))) State{};
  }

  static void destroy(PyObject *self) noexcept {
    C::of(self).~State();
    if constexpr (has_gc_base)
      gc_slots<Base>::destroy(self);
  }
};

UNGIL_NAMESPACE_END
