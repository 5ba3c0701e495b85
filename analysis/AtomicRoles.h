// What an atomic variable is for, inferred from how the unit uses it: a lock, a borrow flag, a reference
// count. Statistics and identifiers have no role, and any memory order will do for them.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

enum class AtomicRole { None, Lock, BorrowFlag, ReferenceCount };

/// An operation on a named atomic variable or field.
struct AtomicUse {
  AtomicOperation Op;
  const clang::ValueDecl *Variable = nullptr; ///< a field stands for that of every instance
  const Function *In = nullptr;
  enum Part {
    Other,
    Takes,     ///< lock or borrow: what follows is protected
    Drops,     ///< what came before must be seen by the next taker
    DropsLast, ///< reference count: the last one destroys
  } What = Other;
  AtomicRole Role = AtomicRole::None;
};

/// The operations that have a part in a role, in source order. A function with a fence of its own is left
/// out.
const std::vector<AtomicUse> &atomicRoles(Unit &);

} // namespace ungil
