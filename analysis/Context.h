// Which code can run at the same time as which other code. CPython's free-threaded build gives no ordering
// between method calls, so what matters about a function is from where the interpreter can enter it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace ungil {

enum class Context : std::uint8_t {
  Init,         ///< module initialisation: one thread per interpreter, under the import lock
  Alloc,        ///< tp_new, tp_alloc: the new object is private, everything static is shared
  Reinit,       ///< tp_init: construction by default; Python code may call __init__ again
  Concurrent,   ///< methods, getters, other slots: any two at once, on the same object too
  Exclusive,    ///< tp_dealloc, tp_clear …: self is private, everything static is shared
  StopTheWorld, ///< tp_traverse: every other thread is stopped
  Fini,         ///< m_clear, m_free, atexit: one thread in practice
  Detached,     ///< start routines of threads: no attached thread state on entry
  Escaped,      ///< the address is given to code that is not seen, or other units can call it
};

class ContextSet {
public:
  constexpr ContextSet() = default;
  constexpr ContextSet(Context C) : Bits(bit(C)) {}
  constexpr ContextSet(std::initializer_list<Context> Cs) {
    for (Context C : Cs)
      Bits |= bit(C);
  }

  constexpr bool contains(Context C) const { return Bits & bit(C); }
  constexpr bool intersects(ContextSet Other) const { return Bits & Other.Bits; }
  constexpr bool empty() const { return Bits == 0; }
  /// Returns whether the set grew.
  constexpr bool add(ContextSet Other) {
    std::uint16_t Before = Bits;
    Bits |= Other.Bits;
    return Bits != Before;
  }
  constexpr bool operator==(const ContextSet &) const = default;

private:
  static constexpr std::uint16_t bit(Context C) { return std::uint16_t(1u << unsigned(C)); }
  std::uint16_t Bits = 0;
};

/// Contexts in which several threads can be at once, so that access to static data needs synchronisation.
constexpr ContextSet ManyThreads{Context::Alloc,     Context::Reinit,   Context::Concurrent,
                                 Context::Exclusive, Context::Detached, Context::Escaped};

std::string_view toString(Context);

} // namespace ungil
