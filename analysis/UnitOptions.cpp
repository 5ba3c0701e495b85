#include "analysis/UnitOptions.h"

namespace ungil {

bool UnitOptions::isOne(std::string_view Name) { return Name == "ungil.Python" || Name == "ungil.CheckInit"; }

std::string UnitOptions::set(std::string_view Name, const std::string &Value) {
  if (Name == "ungil.Python") {
    auto Version = PythonVersion::parse(Value);
    Target = Version.value_or(PythonVersion{});
    return Version ? "" : "'" + Value + "' is no version of Python; write 3.14, or 3.14.1";
  }
  CheckInit = Value == "true" || Value == "1";
  bool Known = CheckInit || Value == "false" || Value == "0";
  return Known ? "" : "ungil.CheckInit is '" + Value + "'; write true or false";
}

} // namespace ungil
