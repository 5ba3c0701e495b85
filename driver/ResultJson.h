// The result of a unit as one line of text, for pipes and for the cache.
#pragma once

#include "driver/Result.h"

#include <string>
#include <string_view>

namespace ungil {

/// A single line without a line break at its end. Any bytes in the strings come back as they were.
std::string toJson(const UnitResult &Unit);

/// The inverse. What cannot be understood, such as the half line of a worker that died, is a Failed unit
/// whose Problem says so; its File is then empty.
UnitResult unitFromJson(std::string_view Line);

} // namespace ungil
