#pragma once

#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"

namespace ungil {

/// Clang's recursive visitor over one statement and all below it, with virtual functions. The template is
/// instantiated once for the project, which each user of it would otherwise pay with half a minute of
/// compilation.
///
/// The contract is RecursiveASTVisitor's: a Visit function that returns false ends the walk, implicit code is
/// not visited.
class BodyVisitor {
public:
  virtual ~BodyVisitor() = default;

  /// Visits S and what is below it. False when a Visit function ended the walk.
  bool TraverseStmt(clang::Stmt *S);

  virtual bool TraverseLambdaExpr(clang::LambdaExpr *L);
  /// Whether the operands of sizeof, alignof and typeid, which are not evaluated, and the expressions in
  /// types are visited.
  virtual bool visitsUnevaluated() const { return true; }

  virtual bool VisitStmt(clang::Stmt *) { return true; }
  virtual bool VisitExpr(clang::Expr *) { return true; }
  virtual bool VisitVarDecl(clang::VarDecl *) { return true; }
#define UNGIL_VISITED_NODES(NODE)                                                                            \
  NODE(ArraySubscriptExpr)                                                                                   \
  NODE(AtomicExpr)                                                                                           \
  NODE(BinaryOperator)                                                                                       \
  NODE(CXXConstructExpr)                                                                                     \
  NODE(CXXDeleteExpr)                                                                                        \
  NODE(CXXForRangeStmt)                                                                                      \
  NODE(CXXNewExpr)                                                                                           \
  NODE(CallExpr)                                                                                             \
  NODE(CastExpr)                                                                                             \
  NODE(ConditionalOperator)                                                                                  \
  NODE(DeclRefExpr)                                                                                          \
  NODE(DeclStmt)                                                                                             \
  NODE(ExplicitCastExpr)                                                                                     \
  NODE(IfStmt)                                                                                               \
  NODE(MemberExpr)                                                                                           \
  NODE(OffsetOfExpr)                                                                                         \
  NODE(ReturnStmt)                                                                                           \
  NODE(UnaryExprOrTypeTraitExpr)                                                                             \
  NODE(UnaryOperator)
#define UNGIL_VISIT(NODE)                                                                                    \
  virtual bool Visit##NODE(clang::NODE *) { return true; }
  UNGIL_VISITED_NODES(UNGIL_VISIT)
#undef UNGIL_VISIT
};

} // namespace ungil
