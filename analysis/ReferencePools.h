// Containers of object pointers that several functions share: where pointers are put in, and where the
// references of those inside are taken later.
#pragma once

#include "analysis/Unit.h"

#include <vector>

namespace ungil {

struct PoolPush {
  const Function *In = nullptr;
  const clang::Expr *Site = nullptr;
  Attachment State = Attachment::Unknown;
  bool TakesReference = false; ///< the function takes a reference to what it puts in
};

struct ReferencePool {
  AccessPath Pool;
  std::vector<PoolPush> Pushes;
  std::vector<std::pair<const Function *, const clang::Expr *>> Increments;
};

/// The pools of the unit, in static storage, module state or objects, in the order of the source.
std::vector<ReferencePool> referencePools(Unit &);

} // namespace ungil
