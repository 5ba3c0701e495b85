// What the user chooses for the analysis itself, whatever the check.
#pragma once

#include "analysis/PythonVersion.h"

#include <string>
#include <string_view>

namespace ungil {

struct UnitOptions {
  PythonVersion Target;   ///< "ungil.Python": the oldest version that the project is checked for
  bool CheckInit = false; ///< "ungil.CheckInit": __init__ may be called again on an object that others use

  /// Whether the name, with its prefix, is one of them.
  static bool isOne(std::string_view Name);
  /// Returns what is wrong with the value; empty when nothing is.
  std::string set(std::string_view Name, const std::string &Value);
};

} // namespace ungil
