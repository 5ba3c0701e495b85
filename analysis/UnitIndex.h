// One traversal of the project's declarations in a translation unit: its functions with the calls that they
// make, the variables with static storage, and the tables that are handed to the interpreter. Everything else
// in analysis/ reads this index, so the syntax tree is walked once.
#pragma once

#include "analysis/ProjectScope.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "clang/AST/StmtOpenMP.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <memory>
#include <vector>

namespace ungil {

struct Function;

/// A call, or a place that hands a function to a callee that calls it before it returns (qsort, call_once).
struct Call {
  const clang::Expr *Site;           ///< CallExpr or CXXConstructExpr
  const clang::FunctionDecl *Callee; ///< canonical
  Function *In;
};

/// A function definition of the project: function, method, lambda or template instantiation.
struct Function {
  const clang::FunctionDecl *Decl; ///< the definition
  Function *Parent = nullptr;      ///< for a lambda: the function that holds it
  std::vector<Call> Calls;
  std::vector<Call *> Callers; ///< filled when the traversal is over
  /// Places that name it without calling it, in code; for a lambda, those that store it.
  std::vector<const clang::Expr *> AddressTaken;
  bool InTable = false; ///< named by the initialiser of a static variable
  /// Where it is cast, by name, to a type of function that has a name: `(destructor)f`.
  std::vector<std::pair<const clang::Expr *, llvm::StringRef>> Casts;
  /// OpenMP directives that start threads, and those that keep a part of such a region to the first thread.
  std::vector<const clang::OMPExecutableDirective *> ParallelRegions, MasterRegions;
};

class UnitIndex {
public:
  UnitIndex(clang::ASTContext &, const ProjectScope &);
  UnitIndex(const UnitIndex &) = delete;

  clang::ASTContext &context() const { return Context; }
  const ProjectScope &scope() const { return Scope; }

  /// In source order.
  const std::vector<std::unique_ptr<Function>> &functions() const { return Functions; }
  /// Definitions in templates, whose bodies say what does not depend on the arguments. Their calls are not
  /// resolved, and an instance of one is a function of its own.
  const std::vector<std::unique_ptr<Function>> &patterns() const { return Patterns; }
  /// The definition's entry, or null when the body is not part of the project or of this unit.
  Function *find(const clang::FunctionDecl *) const;

  /// Variables with static storage that the project defines, function-local and member ones too.
  const std::vector<const clang::VarDecl *> &statics() const { return Statics; }
  /// Variables whose initialiser holds tables, such as PyMethodDef arrays; static ones and local ones.
  const std::vector<const clang::VarDecl *> &initialised() const { return Initialised; }
  /// Calls to functions without a body in the project, by position in the source.
  const std::vector<Call> &externalCalls() const { return ExternalCalls; }
  /// Functions without a body here that are named, but not called: in tables, as callbacks.
  const llvm::DenseSet<const clang::FunctionDecl *> &externalNames() const { return ExternalNames; }
  /// Records that hold a module's state: sizeof(R) in PyModuleDef, or what PyModule_GetState is cast to.
  /// Canonical.
  const llvm::DenseSet<const clang::RecordDecl *> &moduleStates() const { return ModuleStates; }
  /// Classes that a binding library makes a Python type of, with their bases: pybind11::class_<T>. Canonical.
  const llvm::DenseSet<const clang::RecordDecl *> &boundTypes() const { return BoundTypes; }
  /// Assignments to members of records, in code: type->tp_dealloc = f.
  const std::vector<const clang::BinaryOperator *> &memberAssignments() const { return MemberAssignments; }

private:
  friend class IndexVisitor;

  clang::ASTContext &Context;
  const ProjectScope &Scope;
  std::vector<std::unique_ptr<Function>> Functions, Patterns;
  llvm::DenseMap<const clang::FunctionDecl *, Function *> ByDecl;
  std::vector<const clang::VarDecl *> Statics, Initialised;
  std::vector<Call> ExternalCalls;
  llvm::DenseSet<const clang::FunctionDecl *> ExternalNames;
  llvm::DenseSet<const clang::RecordDecl *> ModuleStates, BoundTypes;
  std::vector<const clang::BinaryOperator *> MemberAssignments;
};

/// The function that a call runs, with implicit object arguments and constructors resolved; null for indirect
/// calls.
const clang::FunctionDecl *calleeOf(const clang::Expr *);

/// Argument by the numbering of analysis/knowledge: arguments proper from 0, ThisArgument for the object.
/// Null when the call has no such argument.
const clang::Expr *argumentOf(const clang::Expr *Call, int Index);

/// The function that an expression names through casts and &; null when it is not a function's name. A lambda
/// names its call operator.
const clang::FunctionDecl *functionNamedBy(const clang::Expr *);

} // namespace ungil
