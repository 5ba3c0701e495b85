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

/// Makes the object of the declaration after the guard's before the guard: for objects that must outlive what
/// the guard does. Guard is what its variable is made with; Use is in the other declaration.
std::optional<Repair> declareBefore(const clang::Expr *Guard, clang::SourceRange Use, clang::ASTContext &);

/// A block around the guard and the statements after it, up to the one with the use.
std::optional<Repair> endBefore(const clang::Expr *Guard, clang::SourceRange Use, clang::ASTContext &);

/// The raw allocator for everything that a local variable of the function is given and freed with, when all
/// of that is seen. Call is one of these calls.
std::optional<Repair> allocateRaw(const clang::FunctionDecl *In, const clang::Expr *Call,
                                  clang::ASTContext &);

/// Py_CLEAR and its kin as the last statement before the lock is given back: the old object is dropped after
/// that.
std::optional<Repair> dropAfterUnlock(const clang::Expr *Drop, clang::ASTContext &);

} // namespace ungil
