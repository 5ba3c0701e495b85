// The contexts in which each function of the unit can run: entry points, carried down the call graph.
#pragma once

#include "analysis/EntryPoints.h"

#include <array>

namespace ungil {

class Contexts {
public:
  Contexts(const UnitIndex &, const EntryPoints &);

  ContextSet of(const Function *) const;

  /// How the interpreter gets to the function in one of the wanted contexts: the entry point, then each call. Empty
  /// when the function cannot be reached in any of them.
  struct Route {
    const EntryPoint *Entry = nullptr;
    std::vector<const Call *> Calls; ///< from the entry point down
  };
  Route routeTo(const Function *, ContextSet Wanted) const;

private:
  struct Arrival {
    const EntryPoint *Entry = nullptr; ///< entered directly,
    const Call *From = nullptr;        ///< or called,
    const Function *Parent = nullptr;  ///< or a lambda of this function
  };
  using PerContext = std::array<Arrival, std::size_t(Context::Escaped) + 1>;

  void arrive(const Function *, ContextSet, Arrival);

  llvm::DenseMap<const Function *, ContextSet> Sets;
  llvm::DenseMap<const Function *, PerContext> Arrivals;
  std::vector<const Function *> Pending;
};

} // namespace ungil
