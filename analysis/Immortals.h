// Instances that are never freed because the project makes them immortal, so that no leak can come of them.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

/// Whether some function hands an instance of the type to one that makes it immortal.
bool hasImmortalInstances(Unit &, const TypeInfo &);

} // namespace ungil
