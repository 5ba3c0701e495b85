// Tests whether something is null, and what such a test decides.
#pragma once

#include "clang/AST/Expr.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ungil {

using TestedValue = llvm::function_ref<bool(const clang::Expr *)>;

/// Whether the value is null whenever the condition is as given.
bool provesNull(const clang::Expr *Condition, bool Holds, TestedValue);

/// `if (object == NULL) return NULL;`, whatever else is done before it leaves; without an else.
bool leavesIfNull(const clang::Stmt *, TestedValue);

} // namespace ungil
