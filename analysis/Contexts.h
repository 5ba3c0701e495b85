// The contexts in which each function of the unit can run: entry points, carried down the call graph.
#pragma once

#include "analysis/EntryPoints.h"

#include <array>
#include <deque>

namespace ungil {

class Contexts {
public:
  Contexts(const UnitIndex &, const EntryPoints &);

  ContextSet of(const Function *) const;
  /// Whether the function is an entry point itself in one of the contexts.
  bool isEntered(const Function *, ContextSet) const;

  /// The shortest way from an entry point to the function in one of the wanted contexts. Empty
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

  Route routeIn(const Function *, Context) const;
  void arrive(const Function *, ContextSet, Arrival);

  llvm::DenseMap<const Function *, ContextSet> Sets;
  llvm::DenseMap<const Function *, PerContext> Arrivals;
  std::deque<const Function *> Pending; ///< breadth first, so that routes are short
};

} // namespace ungil
