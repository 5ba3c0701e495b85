// Which objects nobody else can see yet: made in this function by an allocator or constructor, or handed over
// by callers that have just made them, and not yet stored where other threads look.
#pragma once

#include "analysis/FlowGraph.h"
#include "analysis/Locksets.h"

#include <set>

namespace ungil {

/// What each local variable of a function is assigned, and where local variables are stored into other
/// memory.
struct LocalValues {
  llvm::DenseMap<const clang::VarDecl *, llvm::SmallVector<const clang::Expr *, 2>> Assigned;
  llvm::DenseMap<const clang::VarDecl *, clang::SourceLocation>
      Published;                          ///< the first store that lets others see it
  std::vector<const clang::Expr *> Given; ///< what pointers are assigned
};

class Freshness {
public:
  Freshness(const UnitIndex &, const EntryPoints &, const Contexts &, const PathResolver &);

  /// Whether the object that the path leads through is private at the expression. Racing: the contexts that
  /// count.
  bool isPrivate(const Function &, const AccessPath &, const clang::Expr *At, ContextSet Racing);

  /// Whether the expression's value is an object that has just been made.
  bool isFreshValue(const Function &F, const clang::Expr *E) { return makesFresh(F, E); }

  /// Whether the path leads through a variable that, on some way, holds what was found in an object of the
  /// function's own making: nobody knows whether others have that too.
  bool mayBeNew(const Function &, const AccessPath &, ContextSet Racing, unsigned Depth = 0);

  const LocalValues &valuesOf(const Function &);

private:
  friend class FreshFlow;
  /// Pointers that hold an object of the function's own making; variables, and memory that they lead to.
  using FreshPointers = std::set<AccessPath>;
  /// Statements in a row mostly share one set.
  using FreshAt = llvm::DenseMap<const clang::Stmt *, std::shared_ptr<const FreshPointers>>;

  bool isFresh(const Function &, const clang::VarDecl *);
  /// Whether one of the pointers that the path goes through was last given a new object, on every way here.
  bool isFreshAt(const Function &, const AccessPath &, const clang::Expr *At);
  const FreshAt &flowOf(const Function &);
  bool makesFresh(const Function &, const clang::Expr *);
  bool returnsFresh(const Function &);
  bool argumentIsFresh(const Function &, int Parameter, ContextSet Racing);

  const UnitIndex &Index;
  const Contexts &Reach;
  const PathResolver &Paths;
  llvm::DenseMap<const Function *, ContextSet> EnteredIn;
  llvm::DenseMap<const Function *, std::unique_ptr<LocalValues>> Values;
  llvm::DenseMap<const Function *, std::unique_ptr<FreshAt>> Flows;
  llvm::DenseMap<const Function *, bool> Returns;
  llvm::SmallPtrSet<const clang::VarDecl *, 8> Asked; ///< the variables that isFresh is being asked about
  std::map<std::pair<const Function *, int>, bool> Arguments;
};

} // namespace ungil
