// Where a unit uses the fields and the variables with static storage that may hold a container, and what its
// changes leave of the contents.
#pragma once

#include "analysis/AccessPath.h"
#include "analysis/UnitIndex.h"

#include "llvm/ADT/DenseMap.h"

#include <string>
#include <vector>

namespace ungil {

/// A use of a field or variable: the statement that uses the value, and the value as that statement sees it.
struct UseSite {
  const Function *In;
  const clang::Stmt *By;
  const clang::Expr *Value;
};

/// All of them, found in one traversal when the first is asked for.
class UseSites {
public:
  explicit UseSites(const UnitIndex &Index) : Index(Index) {}

  const std::vector<UseSite> &of(const clang::ValueDecl *);
  /// The fields and variables that are used, in the order of their first use.
  const std::vector<const clang::ValueDecl *> &used();

private:
  void collect();

  const UnitIndex &Index;
  bool Collected = false;
  llvm::DenseMap<const clang::ValueDecl *, std::vector<UseSite>> Sites;
  std::vector<const clang::ValueDecl *> Order;
};

/// What a change leaves of what was in the container.
enum class ContainerChange {
  Adds,          ///< everything: PyDict_SetDefault
  AddsIfMissing, ///< everything that the function saw: it looked for the key, or the container, before
  Replaces       ///< nothing is sure
};

/// By a call that is given the container, or an assignment to the field or variable.
ContainerChange changeBy(const Function &, const clang::Expr *Change, const PathResolver &);

/// The name by which other units know a field or a variable; empty when they do not.
std::string nameForOthers(const clang::ValueDecl *);

/// "Record.field"
std::string nameOf(const clang::FieldDecl *);

} // namespace ungil
