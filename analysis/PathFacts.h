// Which conditions are known on a path: `if (nogil) detach(); …; if (nogil) attach();` takes both branches or
// none. A condition is known by its shape; what it mentions must not be assigned in between.
#pragma once

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <map>
#include <optional>
#include <vector>

namespace ungil {

/// A condition without its negations: which value is nonzero, or which comparison holds, on the true branch.
struct Predicate {
  const clang::Expr *Tested = nullptr;
  bool Positive = true; ///< Tested is nonzero when the condition is true
};
Predicate predicateOf(const clang::Expr *Condition, const clang::ASTContext &);

/// Identities of conditions, for one function.
class PredicateTable {
public:
  using Id = unsigned;
  explicit PredicateTable(const clang::ASTContext &Context) : Context(Context) {}

  /// The comparison or value, and whether it is negated in the table; empty for conditions with side effects
  /// or calls.
  std::optional<std::pair<Id, bool>> find(const clang::Expr *Tested);
  Id ofVariable(const clang::ValueDecl *);
  bool mentions(Id, const clang::ValueDecl *) const;

private:
  Id intern(const std::vector<unsigned> &Shape, const clang::Expr *);

  std::optional<std::pair<Id, bool>> analyse(const clang::Expr *);

  const clang::ASTContext &Context;
  llvm::DenseMap<const clang::Expr *, std::optional<std::pair<Id, bool>>> Known;
  std::map<std::vector<unsigned>, Id> Ids;
  std::vector<llvm::SmallVector<const clang::ValueDecl *, 2>> Mentions;
  llvm::DenseMap<const clang::ValueDecl *, Id> Variables;
};

/// Sorted by condition; bounded.
class PathFacts {
public:
  std::optional<bool> of(PredicateTable::Id) const;
  void set(PredicateTable::Id, bool);
  void forget(const PredicateTable &, const clang::ValueDecl *);
  /// Keeps what is known on both paths; returns whether something was lost.
  bool meet(const PathFacts &);
  bool operator==(const PathFacts &) const = default;

private:
  static constexpr std::size_t Bound = 24;
  llvm::SmallVector<std::pair<PredicateTable::Id, bool>, 4> Known;
};

} // namespace ungil
