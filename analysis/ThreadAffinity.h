// Code that only the thread which owns an object reaches: a test compares who runs with who owns and turns
// others away.
#pragma once

#include "analysis/Freshness.h"

namespace ungil {

class ThreadAffinity {
public:
  ThreadAffinity(const UnitIndex &Index, Freshness &Fresh) : Index(Index), Fresh(Fresh) {}

  /// Whether a test of the running thread's identity decides if the expression is reached.
  bool decides(const Function &, const clang::Expr *At);

private:
  using Tests = std::vector<const clang::IfStmt *>;
  const Tests &testsOf(const Function &);
  /// Whether the function throws unless the owner runs it.
  bool turnsAway(const Function &Helper);
  bool asksForThread(const Function &, const clang::Expr *, unsigned Depth);
  bool answersForThread(const Function &Helper, unsigned Depth);
  bool holdsThread(const Function &, const clang::VarDecl *, unsigned Depth);

  const UnitIndex &Index;
  Freshness &Fresh;
  llvm::DenseMap<const Function *, std::unique_ptr<Tests>> Known;
  /// What was asked of a helper or of a variable, at which depth.
  llvm::DenseMap<std::pair<const clang::Decl *, unsigned>, bool> Answers;
};

} // namespace ungil
