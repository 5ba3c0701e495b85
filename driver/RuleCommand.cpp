#include "checks/Check.h"
#include "driver/Commands.h"

#include <algorithm>
#include <iomanip>
#include <iostream>

namespace ungil {
namespace {

const char *toString(Severity Level) {
  return Level == Severity::Error ? "error" : Level == Severity::Warning ? "warning" : "note";
}

int listRules() {
  std::size_t Width = 0;
  for (const CheckInfo &C : allChecks())
    Width = std::max(Width, C.Id.size());
  for (const CheckInfo &C : allChecks())
    std::cout << std::left << std::setw(int(Width)) << C.Id << "  " << std::setw(7) << toString(C.Level)
              << "  " << std::setw(3) << (C.OnByDefault ? "on" : "off") << "  " << C.Summary << '\n';
  return Clean;
}

} // namespace

int ruleCommand(const std::string &Id) {
  if (Id.empty())
    return listRules();
  const CheckInfo *C = findCheck(Id);
  if (!C)
    C = findCheck("ungil-" + Id);
  if (!C) {
    std::cerr << "ungil: no rule is called '" << Id << "'";
    if (auto Nearest = nearestCheck(Id); !Nearest.empty())
      std::cerr << "; did you mean '" << Nearest << "'?";
    std::cerr << " (`ungil rule` lists them)\n";
    return UsageError;
  }
  std::cout << C->Readme;
  return Clean;
}

} // namespace ungil
