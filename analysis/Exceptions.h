// Which calls let an exception through. Clang's graphs have edges for throw expressions only.
#pragma once

#include "analysis/UnitIndex.h"

namespace ungil {

/// Whether the function has a handler around the expression.
bool isCaught(const clang::Stmt *, const Function &);

/// Whether the function itself throws outside of its handlers.
bool throwsDirectly(const Function &);

} // namespace ungil
