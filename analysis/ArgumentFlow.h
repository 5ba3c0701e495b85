// Which values come from what Python code passes in: parameters of the functions that Python calls, what
// argument parsers put into variables, and what is taken out of either.
#pragma once

#include "analysis/Contexts.h"
#include "analysis/References.h"

namespace ungil {

class ArgumentFlow {
public:
  /// What a parser stores in a variable: the unit of its format, '!' and '&' for O! and O&, and the argument
  /// of those.
  struct Parsed {
    char Unit;
    const clang::Expr *Type;
  };

  ArgumentFlow(const References &, const Contexts &);

  /// Null when no parser stores in the variable.
  const Parsed *parsed(const clang::VarDecl *) const;
  /// Whether the value can be an object that Python code chose.
  bool carries(const clang::Expr *Value) const;

private:
  using Visited = llvm::DenseSet<const clang::Decl *>;
  bool carries(const clang::Expr *, Visited &) const;
  bool callCarries(const clang::CallExpr *, Visited &) const;
  bool variableCarries(const clang::VarDecl *, Visited &) const;
  bool parameterCarries(const clang::ParmVarDecl *, Visited &) const;
  bool anyArgumentCarries(const clang::CallExpr *, Visited &) const;

  void indexParser(const clang::Expr *Call, int Format, int First);
  void indexFills(const clang::Expr *Call);

  const References &Refs;
  const Contexts &Reach;
  llvm::DenseMap<const clang::VarDecl *, Parsed> ParsedInto;
  /// Calls that get a variable's address.
  llvm::DenseMap<const clang::VarDecl *, llvm::SmallVector<const clang::CallExpr *, 1>> FilledBy;
};

} // namespace ungil
