// What the slots of a type expect of the fields of its objects: which are visited, which pointers are
// followed without a test, which counts bound which arrays.
#pragma once

#include "analysis/TypeGraph.h"

#include "llvm/ADT/DenseSet.h"

#include <utility>
#include <vector>

namespace ungil {

/// A place where a slot's function follows a pointer of the object without a test.
struct Followed {
  const clang::FieldDecl *Field;
  const clang::Expr *At;
  const Function *In;
  bool InTraverse;
};

/// What the slots of the types of one struct expect of its fields.
struct Expectations {
  llvm::DenseSet<const clang::FieldDecl *> Visited;
  std::vector<std::pair<const clang::FieldDecl *, const clang::FieldDecl *>> Counts; ///< and the arrays
  std::vector<Followed> Pointers;
  bool TrackedByAlloc = false;
};
Expectations expectationsOf(const clang::RecordDecl *Struct, const TypeGraph &);

} // namespace ungil
