// Branches on whether the thread has the only reference to an object.
#pragma once

#include "clang/AST/Expr.h"
#include "clang/Analysis/CFG.h"

namespace ungil {

/// Whether the call asks the interpreter for it.
bool asksWhetherUnique(const clang::Expr *Call);

/// The object that the interpreter has found to be referenced once, on the edge to the successor; null when
/// the block does not end in such a test. Rule: PyUnstable_Object_IsUniquelyReferenced() in
/// Doc/c-api/object.rst.
const clang::Expr *foundUnique(const clang::CFGBlock &From, unsigned Successor);

} // namespace ungil
