// Rewrites a call that returns a borrowed reference into one that returns a strong reference, with the
// decrement that becomes due. Only where every path is simple enough to be sure; there is no repair
// otherwise.
#pragma once

#include "analysis/BorrowedUses.h"
#include "analysis/Diagnosis.h"
#include "analysis/Knowledge.h"

#include <optional>

namespace ungil {

/// Covers a reference that is taken after the call, which the new call has taken already, and a variable that
/// is only read in the statements that follow: the new reference is dropped after the last of them, and
/// before each statement that leaves them.
std::optional<Repair> strongReference(const clang::CallExpr *, const BorrowedReference &,
                                      const BorrowedUses &, const clang::ASTContext &);

/// Whether the headers that the unit includes declare the function or class, so that an edit may use it.
bool isDeclared(const clang::ASTContext &, llvm::StringRef QualifiedName);

} // namespace ungil
