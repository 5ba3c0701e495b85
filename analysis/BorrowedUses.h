// What a function does with a borrowed reference: a pointer to an object that only its container keeps alive.
#pragma once

#include "analysis/AccessPath.h"
#include "analysis/FlowGraph.h"
#include "analysis/UnitIndex.h"

#include "clang/AST/ParentMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ungil {

struct BorrowedUse {
  enum Kind {
    None,        ///< not used, or only compared: the address alone needs no live object
    Read,        ///< used directly
    Referenced,  ///< a strong reference is taken first, which is too late by a moment
    AfterPython, ///< used after Python code may have run, without a strong reference
    Stored,      ///< kept in memory without a strong reference
    Returned     ///< returned to the caller without a strong reference
  } What = None;
  const clang::Stmt *At = nullptr;    ///< the use
  const clang::Expr *After = nullptr; ///< for AfterPython: the call that may have run Python code
  bool DuringPython = false; ///< for Read: given to a call that runs Python code while it needs the object
  const clang::Expr *Python = nullptr; ///< for DuringPython: that call
  bool ForSomeTypes = false; ///< for AfterPython: only a call that seldom runs Python code lies between
};

/// Whether a call may run Python code, by its name or through functions of the project.
class PythonCalls {
public:
  /// With paths, dropping a reference counts too: the object may have a finalizer.
  explicit PythonCalls(const UnitIndex &, const PathResolver *Paths = nullptr);
  bool mayRun(const clang::Expr *Call) const;
  /// Whether it does so only for objects with special methods that are written in Python, or with finalizers.
  bool onlyForSomeTypes(const clang::Expr *Call) const;
  static bool isDrop(const clang::Expr *Call);

private:
  enum class Drop { None, Unlikely, Likely };
  Drop dropOf(const clang::Expr *Call) const;

  const UnitIndex &Index;
  const PathResolver *Paths;
  llvm::DenseSet<const Function *> Running;
};

class BorrowedUses {
public:
  BorrowedUses(const Function &, const PythonCalls &);

  /// The gravest use of what the call returns, or of what is read from a place.
  BorrowedUse ofResult(const clang::Expr *);
  /// The gravest use of a local variable from the call on, which sets it, until it is set again.
  BorrowedUse ofVariable(const clang::VarDecl *, const clang::Expr *SetBy);
  /// The same for a value that is no reference; Relevant says which uses matter.
  BorrowedUse ofVariable(const clang::VarDecl *, const clang::Expr *SetBy,
                         llvm::function_ref<bool(const clang::DeclRefExpr *)> Relevant);

  /// The variable that the value is assigned to, at its declaration or later; null when it is not.
  const clang::VarDecl *assignedTo(const clang::Expr *Value) const;
  const clang::ParentMap &parents() const { return Parents; }

  /// The statement that uses the value, and the value as that statement sees it.
  std::pair<const clang::Stmt *, const clang::Expr *> consumer(const clang::Expr *) const;

private:
  BorrowedUse follow(const clang::VarDecl *, const clang::Expr *SetBy,
                     llvm::function_ref<BorrowedUse::Kind(const clang::DeclRefExpr *)>);
  BorrowedUse::Kind kindOf(const clang::Expr *Use) const;
  bool isGivenToPython(const clang::Expr *Use) const;

  const Function &F;
  const PythonCalls &Python;
  clang::ParentMap Parents;
  std::unique_ptr<FlowGraph> Graph;
};

} // namespace ungil
