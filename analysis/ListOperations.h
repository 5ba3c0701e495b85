// Recognises code that takes blocks from a list and gives them back: array stacks, intrusive lists, single slots and
// C++ containers, written in place, in helpers that get the list as an argument, or behind macros.
#pragma once

#include "analysis/Unit.h"

namespace ungil {

struct ListOperation {
  enum Kind { Pop, Push } What = Pop;
  enum Form { ArrayStack, LinkedList, Slot, Container } Shape = ArrayStack;
  AccessPath List;
  std::optional<AccessPath> Counter; ///< for ArrayStack: how many there are
  const clang::Expr *At = nullptr;   ///< the access itself
  const Function *In = nullptr;      ///< the function that has the access
  std::vector<const Call *> Through; ///< calls that hand the list to In, innermost first
  bool FallsBack = false;            ///< the function also allocates (pop) or frees (push) without the list

  /// The function in which the list gets its name.
  const Function *owner() const { return Through.empty() ? In : Through.back()->In; }
};

/// All pops and pushes on lists with static storage, in module state, or in object structs; code that constant
/// conditions switch off is left out. Helpers are followed upwards through a bounded number of callers.
std::vector<ListOperation> listOperations(Unit &);

/// The locks held at the operation, its helpers' callers included.
Lockset locksAt(Unit &, const ListOperation &, ContextSet Racing);

} // namespace ungil
