// Shared memory that a function overwrites while it works and then puts back: `old = x; x = mine; work();
// x = old`. Other threads see the temporary value, and what is put back may be somebody else's.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

/// The store that puts back what was found, when the accesses to one location have such a thing; else null.
const SharedAccess *putsBack(Unit &, const std::vector<const SharedAccess *> &);

} // namespace ungil
