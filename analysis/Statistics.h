#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace ungil {

/// Counts by name. "statics.present" with "statics.resolved" is a denominator with its share.
using Statistics = std::map<std::string, std::uint64_t>;

} // namespace ungil
