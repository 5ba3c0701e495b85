// Hints that change the memory order of an atomic operation, and nothing else.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

/// "relaxed", as in memory_order_relaxed.
const char *orderName(MemoryOrder);

/// Replaces exactly the order argument, in the words of its dialect; for CPython's functions, the suffix of
/// the name. Empty when the order is written by a macro of the project.
std::optional<clang::FixItHint> withOrder(Unit &, const AtomicOperation &, MemoryOrder Needed);

} // namespace ungil
