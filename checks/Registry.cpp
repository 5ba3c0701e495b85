#include "checks/Check.h"

#include "llvm/ADT/StringRef.h"

#include <algorithm>

namespace ungil {

const CheckInfo *findCheck(std::string_view Id) {
  auto Checks = allChecks();
  auto Found = std::find_if(Checks.begin(), Checks.end(), [&](const CheckInfo &C) { return C.Id == Id; });
  return Found == Checks.end() ? nullptr : &*Found;
}

std::string_view nearestCheck(std::string_view Typed) {
  std::string_view Nearest;
  unsigned Best = unsigned(Typed.size());
  for (const CheckInfo &C : allChecks()) {
    unsigned Distance = llvm::StringRef(C.Id).edit_distance(llvm::StringRef(Typed));
    if (Distance < Best) {
      Best = Distance;
      Nearest = C.Id;
    }
  }
  return Nearest;
}

} // namespace ungil
