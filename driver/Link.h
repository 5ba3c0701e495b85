// From the results of the units to the result of the run.
#pragma once

#include "driver/Result.h"

#include <set>

namespace ungil {

struct LinkOptions {
  std::string Root;
  PythonVersion Target; ///< the oldest version that was checked for
  std::vector<std::string> RulesRun;
  Confidence Least = Confidence::Likely; ///< findings below it are left out
  bool Whole = false;                    ///< every unit of the program is there
  bool MayPromise = false;               ///< every rule that is on by default has run
  std::set<std::string> HiddenByGil;     ///< rules whose findings are latent while the module keeps the GIL
};

/// The order of the units does not matter: findings that several units see in one header are one finding, and
/// everything is sorted.
RunResult link(std::vector<UnitResult> Units, const LinkOptions &);

} // namespace ungil
