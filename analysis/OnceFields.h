// Fields that a once function sets, and that are used outside it: the fast path of a class that initialises
// itself once. Templates are read as they are written, since their instances have only what the unit calls.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

struct OnceField {
  const clang::FieldDecl *Field = nullptr;
  const clang::Expr *Set = nullptr;  ///< in the once function
  const clang::Expr *Used = nullptr; ///< outside: tested in a branch, or stored again
  const Function *In = nullptr;      ///< of Used
  bool Stores = false;               ///< Used is a store
};

/// Plain fields of the object that runs the once function, one use each.
std::vector<OnceField> onceFields(Unit &);

} // namespace ungil
