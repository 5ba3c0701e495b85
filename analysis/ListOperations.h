// Recognises code that takes blocks from a list and gives them back: array stacks, intrusive lists, single
// slots and C++ containers, written in place, in helpers that get the list as an argument, or behind macros.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

struct ListOperation {
  enum Kind { Pop, Push } What = Pop;
  enum Form { ArrayStack, LinkedList, Slot, Container } Shape = ArrayStack;
  SharedAccess Access;               ///< to the list, whose name is Access.Location
  std::optional<AccessPath> Counter; ///< for ArrayStack: how many there are
  bool FallsBack = false;            ///< the function also allocates (pop) or frees (push) without the list

  const AccessPath &list() const { return Access.Location; }
};

/// All pops and pushes on lists with static storage, in module state, or in object structs; code that
/// constant conditions switch off is left out. Helpers are followed upwards through a bounded number of
/// callers.
const std::vector<ListOperation> &listOperations(Unit &);

} // namespace ungil
