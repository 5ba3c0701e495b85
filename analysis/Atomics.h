// One description for the atomic operations of every dialect: std::atomic, C11, the compilers' builtins,
// CPython's pyatomic.h, Win32. Names and orders are data, in knowledge/atomics.json.
#pragma once

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"

#include <optional>
#include <string_view>

namespace ungil {

/// Numbered as in C11 and in the compilers' builtins.
enum class MemoryOrder { Relaxed, Consume, Acquire, Release, AcqRel, SeqCst };

constexpr bool acquires(MemoryOrder O) {
  return O == MemoryOrder::Consume || O == MemoryOrder::Acquire || O >= MemoryOrder::AcqRel;
}
constexpr bool releases(MemoryOrder O) { return O >= MemoryOrder::Release; }

struct AtomicOperation {
  enum Kind { Load, Store, Exchange, CompareExchange, Add, Subtract, Update };
  Kind What = Load;
  const clang::Expr *Site = nullptr;
  const clang::Expr *Object = nullptr;   ///< the atomic, or a pointer to it
  const clang::Expr *Operand = nullptr;  ///< what is stored or added; null when implied (++)
  const clang::Expr *Expected = nullptr; ///< of a CompareExchange: the value, or a pointer or reference to it
  /// Empty when the argument is no constant. Failure is only set for CompareExchange.
  std::optional<MemoryOrder> Order = MemoryOrder::SeqCst, Failure;
  const clang::Expr *OrderArgument = nullptr; ///< null when the order is implied by the operation's name

  bool writes() const { return What != Load; }
  bool reads() const { return What != Store; }
};

/// What the expression does, when it is an atomic operation; operators on std::atomic and _Atomic objects
/// included.
std::optional<AtomicOperation> atomicOperation(const clang::Expr *, const clang::ASTContext &);

/// Whether every access to objects of the type is atomic.
bool isAtomicType(clang::QualType);

/// Whether the call is a fence of at least some order.
bool isFence(const clang::Expr *);

} // namespace ungil
