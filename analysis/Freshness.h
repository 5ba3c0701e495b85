// Which objects nobody else can see yet: made in this function by an allocator or constructor, or handed over
// by callers that have just made them, and not yet stored where other threads look.
#pragma once

#include "analysis/Locksets.h"

namespace ungil {

/// What each local variable of a function is assigned, and where local variables are stored into other
/// memory.
struct LocalValues {
  llvm::DenseMap<const clang::VarDecl *, llvm::SmallVector<const clang::Expr *, 2>> Assigned;
  llvm::DenseMap<const clang::VarDecl *, clang::SourceLocation>
      Published; ///< the first store that lets others see it
};

class Freshness {
public:
  Freshness(const UnitIndex &, const EntryPoints &, const Contexts &, const PathResolver &);

  /// Whether the object that the path leads through is private at the expression. Racing: the contexts that
  /// count.
  bool isPrivate(const Function &, const AccessPath &, const clang::Expr *At, ContextSet Racing);

  /// Whether the expression's value is an object that has just been made.
  bool isFreshValue(const Function &F, const clang::Expr *E) { return makesFresh(F, E); }

  const LocalValues &valuesOf(const Function &);

private:
  bool isFresh(const Function &, const clang::VarDecl *);
  const clang::Expr *valueAt(const Function &, const clang::VarDecl *, const clang::Expr *At);
  bool makesFresh(const Function &, const clang::Expr *);
  bool returnsFresh(const Function &);
  bool argumentIsFresh(const Function &, int Parameter, ContextSet Racing);

  const UnitIndex &Index;
  const Contexts &Reach;
  const PathResolver &Paths;
  llvm::DenseMap<const Function *, ContextSet> EnteredIn;
  llvm::DenseMap<const Function *, std::unique_ptr<LocalValues>> Values;
  llvm::DenseMap<const Function *, bool> Returns;
  std::map<std::pair<const Function *, int>, bool> Arguments;
};

} // namespace ungil
