// Canonical names of memory: which variable or which type's instance, then which fields. Two expressions with
// equal paths may name the same memory; expressions with different paths are taken to name different memory.
#pragma once

#include "analysis/ProjectScope.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace ungil {

struct AccessPath {
  enum RootKind {
    Static,      ///< variable with static storage, one for all threads
    ThreadLocal, ///< variable with thread storage
    Parameter,   ///< of the function in which the path was resolved
    This,        ///< the object of a member function
    Local,       ///< variable with automatic storage
    ModuleState, ///< struct that PyModule_GetState and its kin return; Root is its record
    Object,      ///< struct that begins with PyObject_HEAD; Root is its record
  };
  RootKind Kind = Local;
  const clang::Decl *Root = nullptr;
  /// Fields from the root inwards. A null entry goes through a pointer; elements of an array are one with the
  /// array.
  std::vector<const clang::FieldDecl *> Fields;
  /// The expression's value is the address of the path, not what is stored there.
  bool IsAddress = false;

  bool operator==(const AccessPath &O) const {
    return Kind == O.Kind && Root == O.Root && Fields == O.Fields && IsAddress == O.IsAddress;
  }
  bool operator<(const AccessPath &O) const {
    return std::tie(Kind, Root, Fields, IsAddress) < std::tie(O.Kind, O.Root, O.Fields, O.IsAddress);
  }

  /// The memory that the expression's value points to.
  AccessPath pointee() const;
  /// The same field of any instance, when the path ends in a field of an object struct; else the path itself.
  AccessPath byType() const;
  /// For messages, as the user would write it: "freelist.items", "state->cache".
  std::string spelling() const;
};

/// Resolves expressions of one translation unit.
class PathResolver {
public:
  /// States: records of module state, see moduleStateRecords().
  PathResolver(llvm::DenseSet<const clang::RecordDecl *> States, const ProjectScope &Scope)
      : States(std::move(States)), Scope(Scope) {}

  /// The memory that an lvalue names, or that a pointer's or reference's value is or points at; empty for
  /// values that are no paths (arithmetic, most calls). Local variables that are assigned once stand for what
  /// they were assigned, calls of accessors for what they return.
  std::optional<AccessPath> resolve(const clang::Expr *) const;

  /// Path inside a callee, seen from a call: parameters become arguments. Empty when the argument is no path.
  std::optional<AccessPath> atCall(const AccessPath &InCallee, const clang::Expr *Call) const;

  /// Path at a call, seen from inside the callee; empty when no argument leads to it.
  std::optional<AccessPath> inCallee(const AccessPath &AtCall, const clang::FunctionDecl *Definition,
                                     const clang::Expr *Call) const;

  /// Fixes which local variables of a function are assigned once. Must be called before its expressions are
  /// resolved.
  void enter(const clang::FunctionDecl *) const;

  /// What a local variable is assigned, when it is assigned once in a function that was entered; else null.
  const clang::Expr *onlyValueOf(const clang::VarDecl *V) const { return AssignedOnce.lookup(V); }

private:
  std::optional<AccessPath> ofVariable(const clang::VarDecl *) const;
  std::optional<AccessPath> ofResult(const clang::CallExpr *) const;
  std::optional<AccessPath> returnedBy(const clang::FunctionDecl *Definition) const;
  std::optional<AccessPath> ofMember(const clang::MemberExpr *) const;
  std::optional<AccessPath> resolveBare(const clang::Expr *) const;
  std::optional<AccessPath> pointeeOf(const clang::Expr *Pointer) const;

  llvm::DenseSet<const clang::RecordDecl *> States;
  const ProjectScope &Scope;
  mutable llvm::DenseSet<const clang::FunctionDecl *> Entered;
  mutable llvm::DenseMap<const clang::VarDecl *, const clang::Expr *> AssignedOnce;
  mutable llvm::DenseMap<const clang::FunctionDecl *, std::optional<AccessPath>> Returned;
  mutable unsigned Depth = 0;
};

/// Whether the record starts with the object header of CPython, directly or through its first member or a
/// base.
bool isObjectStruct(const clang::RecordDecl *);

} // namespace ungil
