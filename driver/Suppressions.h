// Applies NOLINT comments to findings, as clang-tidy does, and tells which of them silenced nothing.
#pragma once

#include "driver/Result.h"

#include <functional>

namespace ungil {

/// Removes the suppressed findings and returns how many there were. A suppression may silence any number of
/// findings.
unsigned applySuppressions(std::vector<Finding> &, std::vector<Suppression> &All, std::vector<bool> &Used);

/// A finding for each suppression that names only rules of ungil, all of which ran, and that silenced
/// nothing.
std::vector<Finding> unusedSuppressions(const std::vector<Suppression> &All, const std::vector<bool> &Used,
                                        const std::vector<std::string> &RulesRun);

} // namespace ungil
