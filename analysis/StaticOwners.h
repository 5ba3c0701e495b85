// Variables of static or thread storage that drop a Python reference when they die: those of a thread when it
// ends, the others when the process does, after the interpreter.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

/// In the order of the source. Left out are those that stay empty, those that some function of the unit
/// empties, as handlers of atexit do, and those whose destructor asks whether the interpreter is still there.
std::vector<const clang::VarDecl *> staticOwners(Unit &);

} // namespace ungil
