// One unit in, one result out: parses with Clang, builds the Unit, runs the checks.
#pragma once

#include "checks/Check.h"
#include "driver/CompileDatabase.h"
#include "driver/Result.h"

#include <vector>

namespace ungil {

struct SelectedCheck {
  const CheckInfo *Info;
  CheckOptions Options;
};

/// A pure function of the command, the files that it names and the selection. Not for threads: Clang changes
/// the process's working directory through its virtual file system only, but a stack overflow would take all
/// along.
UnitResult analyseUnit(const CompileCommand &, const std::vector<SelectedCheck> &, const std::string &Root,
                       UnitOptions Options);

} // namespace ungil
