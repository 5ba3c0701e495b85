// Which allocator memory comes from and which one it goes back to, also through functions of the project that
// only pass it on, and through fields.
//
// Source of the rules: Doc/c-api/memory.rst; the allocators are in knowledge/memory.json.
#pragma once

#include "analysis/BodyVisitor.h"
#include "analysis/UnitIndex.h"

#include "clang/AST/ParentMap.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ungil {

/// What a function does with memory.
struct MemoryUses : BodyVisitor {
  std::vector<const clang::CallExpr *> Calls;
  std::vector<const clang::DeclRefExpr *> Names, Mentions;
  std::vector<const clang::ExplicitCastExpr *> Casts;
  bool VisitCallExpr(clang::CallExpr *) override;
  bool VisitDeclRefExpr(clang::DeclRefExpr *) override;
  bool VisitExplicitCastExpr(clang::ExplicitCastExpr *) override;
};

/// Where a value goes, past casts: the variable, and the type as which it is used.
std::pair<const clang::VarDecl *, clang::QualType> destination(const clang::Expr *, const clang::ParentMap &);

class MemoryOrigins {
public:
  explicit MemoryOrigins(const UnitIndex &Index) : Index(Index) {}

  /// "object", "mem", "raw" or "libc"; empty for what is no allocation.
  std::string allocation(const clang::Expr *Call);

  struct Release {
    std::string Domain;
    const clang::Expr *Memory = nullptr;
  };
  /// What the call gives back, and to which allocator; resizing gives back too.
  std::optional<Release> release(const clang::CallExpr *Call);

  /// The call that gave a local variable its memory; null when that is not certain.
  const clang::CallExpr *allocationOf(const clang::VarDecl *, const MemoryUses &, const clang::ParentMap &);

  /// The call that fills a field, when all that fill it use one allocator; null when that is not certain.
  const clang::CallExpr *allocationOf(const clang::FieldDecl *);

private:
  struct Filled {
    const clang::CallExpr *By = nullptr;
    bool Known = true; ///< by allocations of one domain alone
  };
  std::string returnedBy(const Function &);
  std::string releasedBy(const Function &, unsigned Parameter);
  void fill(const clang::FieldDecl *, const clang::Expr *Value, const MemoryUses &, const clang::ParentMap &);
  void findFields();

  const UnitIndex &Index;
  std::map<const Function *, std::string> Returned;
  std::map<std::pair<const Function *, unsigned>, std::string> Released;
  std::map<const clang::FieldDecl *, Filled> Fields;
  bool FieldsFound = false;
};

} // namespace ungil
