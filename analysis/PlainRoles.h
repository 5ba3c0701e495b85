// Plain variables that do the work of an atomic or of a lock, inferred from how the unit uses them. The GIL
// made their operations indivisible; on a free-threaded build nothing does.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

struct PlainRole {
  enum Kind {
    ReferenceCount, ///< whoever brings it to zero destroys the struct
    BusyFlag,       ///< tested, set while the function works, cleared; others are turned away
    LockState,      ///< says who has a lock that one function takes and another one gives back
  } What = ReferenceCount;
  std::string Name; ///< "'Type.field'"
  const Function *In = nullptr;
  const clang::Expr *At = nullptr;    ///< the decrement; the test; the store that comes too late
  const clang::Expr *Other = nullptr; ///< an increment; where the flag is set; where the lock is given back
  const Function *OtherIn = nullptr;
};

/// Those that several threads can use at once with no lock, each field and function once.
const std::vector<PlainRole> &plainRoles(Unit &);

} // namespace ungil
