// What functions do to references that are kept in fields: visit, release, take, store, null. Followed
// through local variables, macros, loops, containers and helper functions; by field, not by object, so that a
// loop over self->items[i] and a helper that gets &self->items are the same to a reader of this index.
#pragma once

#include "analysis/UnitIndex.h"

#include "llvm/ADT/SmallVector.h"

#include <map>
#include <memory>
#include <optional>

namespace ungil {

/// Where a value comes from: a field of a record of the project, a parameter, a variable with static storage,
/// or the type of an object.
struct Origin {
  enum Kind { Field, Parameter, Global, TypeOfObject } What = Field;
  const clang::ValueDecl *Decl = nullptr; ///< canonical; null for TypeOfObject

  bool operator==(const Origin &) const = default;
};
using Origins = llvm::SmallVector<Origin, 2>;

struct ReferenceOp {
  enum Kind {
    Visit,   ///< handed to the collector's visitor
    Release, ///< its count is decreased
    Take,    ///< its count is increased
    Free,    ///< the memory it points to is given back
    Store,   ///< Value is stored in it
    Null,    ///< it is set to null
  } What = Visit;
  Origin Where;
  const clang::Expr *At = nullptr;
  const Function *In = nullptr;
  const clang::Expr *Value = nullptr; ///< of a Store, in the function In
  bool Direct = false;                ///< a Release that reads the field itself, not a copy of it
};

/// A call through a pointer that is one of CPython's slot types, or a call that hands the visitor to code
/// that is not seen.
struct IndirectCall {
  enum Kind { Traverse, Clear, Destructor, Free, Opaque } What = Opaque;
  const clang::CallExpr *Site = nullptr;
  const Function *In = nullptr;
};

/// Everything that a function does to fields, its callees in the unit included.
struct Effects {
  std::vector<ReferenceOp> Ops; ///< each kind of operation on each origin once, the first place of it
  std::vector<IndirectCall> Indirect;
  llvm::DenseSet<const clang::FieldDecl *> Mentioned;
  std::vector<const Function *> Functions; ///< itself and its callees
  bool Bounded = true; ///< false when the function or a callee that matters has no body here

  const ReferenceOp *find(ReferenceOp::Kind, const clang::FieldDecl *) const;
  bool visitsType() const;
};

class References {
public:
  explicit References(const UnitIndex &);
  ~References();

  const Effects &of(const Function *) const;
  /// Every operation on the field in the unit.
  const std::vector<ReferenceOp> &on(const clang::FieldDecl *) const;
  Origins originsOf(const clang::Expr *) const;
  /// The values that a local variable or a parameter is assigned in its function.
  const std::vector<const clang::Expr *> &valuesOf(const clang::VarDecl *) const;
  /// The values that a function of the project can return.
  const std::vector<const clang::Expr *> &returnsOf(const Function *) const;
  const UnitIndex &index() const { return Index; }

private:
  friend class FunctionReader;
  struct OwnEffects;

  void addOrigins(const clang::Expr *, Origins &, llvm::DenseSet<const clang::Decl *> &Seen) const;
  void addCallOrigins(const clang::CallExpr *, Origins &, llvm::DenseSet<const clang::Decl *> &Seen) const;
  void merge(Effects &, const Effects &Callee, const Call &) const;
  void mergeCallbacks(Effects &, const Function *) const;
  void indexFields();

  const UnitIndex &Index;
  llvm::DenseMap<const Function *, std::unique_ptr<OwnEffects>> Own;
  mutable llvm::DenseMap<const Function *, std::unique_ptr<Effects>> Closed;
  mutable llvm::DenseSet<const Function *> Closing;
  llvm::DenseMap<const clang::VarDecl *, std::vector<const clang::Expr *>> Values;
  llvm::DenseMap<const Function *, std::vector<const clang::Expr *>> Returns;
  llvm::DenseMap<const clang::FieldDecl *, std::vector<ReferenceOp>> ByField;
};

/// Whether the expression, casts aside, is a null pointer constant.
bool isNullConstant(const clang::Expr *, const clang::ASTContext &);

/// Whether the type is a pointer to an object, or to a struct that begins with an object's header.
bool isReference(clang::QualType);

/// Name of the function called, without its namespace; empty for calls through pointers and for operators.
llvm::StringRef calleeName(const clang::Expr *Call);

} // namespace ungil
