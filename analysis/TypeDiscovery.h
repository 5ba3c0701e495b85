// Reads type objects and specs: initialisers, slot arrays, flags, structs, and which base a type is made
// with.
#pragma once

#include "analysis/TypeGraph.h"

namespace ungil {

/// The type that the variable defines, with what its initialiser says; null when it defines none.
std::unique_ptr<TypeInfo> readType(const clang::VarDecl *, const clang::ASTContext &);

/// A PyModuleDef.
struct ModuleInfo {
  const clang::VarDecl *Definition = nullptr;
  std::string Name;
  const clang::RecordDecl *State = nullptr; ///< from m_size = sizeof(State)
  const clang::Expr *Slots = nullptr, *Traverse = nullptr, *Clear = nullptr,
                    *Free = nullptr; ///< null when not given
};
std::optional<ModuleInfo> readModule(const clang::VarDecl *, const clang::ASTContext &);

/// What is given as bases where a type is made of a spec: spec variable → expression.
llvm::DenseMap<const clang::VarDecl *, const clang::Expr *> basesOfSpecs(const UnitIndex &);

/// The variable that an expression names through casts and &; null for anything else.
const clang::VarDecl *variableNamedBy(const clang::Expr *);

/// The field, canonical, that an expression names through casts; null for anything else.
const clang::FieldDecl *fieldNamedBy(const clang::Expr *);

/// The field that offsetof() in the expression names; null when there is none.
const clang::FieldDecl *fieldOfOffset(const clang::Expr *);

/// The struct whose size the expression computes; null when there is none.
const clang::RecordDecl *structOfSize(const clang::Expr *);

/// Whether an object struct has more than the header that all objects have.
bool isOwnStruct(const clang::RecordDecl *);

/// The object struct that the function casts its first parameter to, or takes as that.
const clang::RecordDecl *structOfSelf(const clang::FunctionDecl *);

/// The elements of an array, or the fields of a record in order, of an initialiser.
llvm::ArrayRef<clang::Expr *> elementsOf(const clang::Expr *Initialiser);

} // namespace ungil
