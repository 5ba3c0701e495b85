// Expressions as the flow of the thread state reads them.
#pragma once

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Analysis/CFG.h"

#include <optional>

namespace ungil {

/// The variable or field that an expression names, through casts and one dereference.
const clang::ValueDecl *namedBy(const clang::Expr *);

/// The call or construction that made the value.
const clang::Expr *makerOf(const clang::Expr *);

/// Whether the expression makes an object that holds nothing.
bool makesEmpty(const clang::Expr *);

/// Whether a constant is nonzero; empty for what is no constant.
std::optional<bool> constantTruth(const clang::Expr *, const clang::ASTContext &);

/// Whether the call is one through a pointer to a function that neither gets nor returns anything: such a hook
/// is there for what it does to the thread or to the process, and may attach.
bool isHook(const clang::CallExpr &);

/// The throw that the block ends in, when it does.
const clang::CXXThrowExpr *throwOf(const clang::CFGBlock &);

} // namespace ungil
