// How the interpreter gets to a function, as notes of a finding.
#pragma once

#include "analysis/Contexts.h"
#include "analysis/Diagnosis.h"

namespace ungil {

/// Notes from an entry point in one of the contexts down to the function; empty when there is no way.
std::vector<Remark> routeTo(const Function *, ContextSet, const Contexts &);

} // namespace ungil
