// Conditions that ask whether a pointer is null.
#pragma once

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"

namespace ungil {

/// A test of a pointer: the operand, and whether the condition holds when it is null.
struct NullTest {
  const clang::Expr *Operand = nullptr;
  bool HoldsForNull = false;
};
NullTest nullTestOf(const clang::Expr *Condition, const clang::ASTContext &);

} // namespace ungil
