// Edits that put code into a critical section.
#pragma once

#include "analysis/Diagnosis.h"

#include "clang/AST/ParentMap.h"

namespace ungil {

/// Whether the statement can be left other than through its end.
bool canBeLeft(const clang::Stmt *);

/// Puts a section on a variable's object around a loop that is a statement of its own and that nothing in it
/// leaves; none when that is not certain.
std::optional<Repair> sectionAround(const clang::Stmt *Loop, const clang::VarDecl *Object,
                                    const clang::ParentMap &, const clang::ASTContext &);

/// Puts a section on a variable's object around the making of what a return statement returns; none when that
/// is not certain.
std::optional<Repair> sectionAroundResult(const clang::Expr *Read, const clang::VarDecl *Object,
                                          const clang::FunctionDecl &);

/// Leaves statements that stand on lines of their own, one after the other, to builds with the GIL.
std::optional<Repair> onlyWithGil(llvm::ArrayRef<const clang::Expr *>, const clang::FunctionDecl &);

} // namespace ungil
