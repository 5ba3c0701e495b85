// The objects that a function makes, and what it stores in them.
#pragma once

#include "analysis/BodyVisitor.h"
#include "analysis/References.h"

namespace ungil {

/// A field of an object that the function makes, or the elements of an array that it is.
struct Target {
  const clang::VarDecl *Object = nullptr;
  std::vector<std::pair<const clang::FieldDecl *, bool>> Fields; ///< and whether elements are meant
};

struct StoreSeen {
  const clang::VarDecl *Object;
  const clang::FieldDecl *Field;
  bool Elements;
  const clang::Expr *At, *Value;
};

/// The objects that a function makes, other names for them, and what it stores in them.
class MakerReader : public BodyVisitor {
public:
  explicit MakerReader(const References &Refs) : Refs(Refs) {}
  llvm::DenseMap<const clang::VarDecl *, const clang::RecordDecl *>
      Objects; ///< and their structs, where known
  std::vector<StoreSeen> Stores;

  /// Whether the expression allocates an object whose fields are not set, or are zero.
  static bool isRaw(const clang::Expr *);
  static bool isZeroed(const clang::Expr *);

  /// The variable that stands for the object: itself, or what it is a copy of.
  const clang::VarDecl *rootOf(const clang::Expr *) const;
  Target targetOf(const clang::Expr *) const;

  bool TraverseLambdaExpr(clang::LambdaExpr *) override { return true; }
  bool VisitVarDecl(clang::VarDecl *) override;
  bool VisitBinaryOperator(clang::BinaryOperator *) override;
  bool VisitMemberExpr(clang::MemberExpr *) override;

  /// To be called once when the body has been read.
  void finish();

private:
  void value(const clang::VarDecl *, const clang::Expr *Value);

  const References &Refs;
  llvm::DenseMap<const clang::VarDecl *, const clang::RecordDecl *> Structs;
};

} // namespace ungil
