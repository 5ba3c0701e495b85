// Rewrites a call that returns a borrowed reference into one that returns a strong reference, with the
// decrement that becomes due. Only where every path is simple enough to be sure; there is no repair
// otherwise.
#pragma once

#include "analysis/BorrowedUses.h"
#include "analysis/Diagnosis.h"
#include "analysis/Knowledge.h"

#include <optional>

namespace ungil {

/// Covers two shapes: a reference that is taken right after the call, which the new call has taken already;
/// and a variable that is only read in the statements that follow, after which the new reference is dropped.
std::optional<Repair> strongReference(const clang::CallExpr *, const BorrowedReference &,
                                      const BorrowedUses &, const clang::ASTContext &);

} // namespace ungil
