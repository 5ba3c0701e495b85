// What the version of the Python headers leaves out of a run.
#pragma once

#include "driver/Result.h"

#include <string>

namespace ungil {

/// One sentence without a full stop about code that the oldest headers of the run hide from it; empty when they
/// are as new as the version that was checked for.
std::string hiddenByHeaders(const RunResult &Run);

} // namespace ungil
