// Repairs of the thread state that can be written in the user's own text.
#pragma once

#include "analysis/Diagnosis.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Stmt.h"

namespace ungil {

/// Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS around a call that is a statement of its own and whose
/// arguments call nothing.
std::optional<Repair> detachAround(const clang::Expr *Call, clang::ASTContext &);

/// Py_BLOCK_THREADS before a return that calls nothing.
std::optional<Repair> attachBefore(const clang::ReturnStmt *, clang::ASTContext &);

} // namespace ungil
