// How the interpreter gets to a function, as notes of a finding.
#pragma once

#include "analysis/Contexts.h"
#include "analysis/Diagnosis.h"

namespace ungil {

/// What the entry point is, as users call it: "a method", "a setter", "tp_iternext".
std::string roleOf(const EntryPoint &);

/// The note that an entry point can be run by several threads.
Remark entered(const EntryPoint &);

/// Notes from an entry point in one of the contexts down to the function; empty when there is no way.
std::vector<Remark> routeTo(const Function *, ContextSet, const Contexts &);

} // namespace ungil
