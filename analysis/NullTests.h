// Tests whether something is null, and what such a test decides.
#pragma once

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ungil {

/// A test of a pointer: the operand, and whether the condition holds when it is null.
struct NullTest {
  const clang::Expr *Operand = nullptr;
  bool HoldsForNull = false;
};
NullTest nullTestOf(const clang::Expr *Condition, const clang::ASTContext &);

using TestedValue = llvm::function_ref<bool(const clang::Expr *)>;

/// Whether the value is null whenever the condition is as given.
bool provesNull(const clang::Expr *Condition, bool Holds, TestedValue);

/// `if (object == NULL) return NULL;`, whatever else is done before it leaves; without an else.
bool leavesIfNull(const clang::Stmt *, TestedValue);

} // namespace ungil
