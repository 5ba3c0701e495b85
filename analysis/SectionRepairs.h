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

} // namespace ungil
