#include "analysis/BodyVisitor.h"

#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;

namespace ungil {

namespace {

class Walker : public RecursiveASTVisitor<Walker> {
  using Base = RecursiveASTVisitor<Walker>;

public:
  explicit Walker(BodyVisitor &V) : V(V) {}

  bool TraverseLambdaExpr(LambdaExpr *L) { return V.TraverseLambdaExpr(L); }
  bool traverseWholeLambda(LambdaExpr *L) { return Base::TraverseLambdaExpr(L); }
  bool TraverseUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *E) {
    return !V.visitsUnevaluated() || Base::TraverseUnaryExprOrTypeTraitExpr(E);
  }
  bool TraverseCXXTypeidExpr(CXXTypeidExpr *E) {
    return !V.visitsUnevaluated() || Base::TraverseCXXTypeidExpr(E);
  }
  /// LLVM 22 says besides whether to go into the qualifier.
  template <class... Qualifier> bool TraverseTypeLoc(TypeLoc T, Qualifier... Q) {
    return !V.visitsUnevaluated() || Base::TraverseTypeLoc(T, Q...);
  }

  bool VisitStmt(Stmt *S) { return V.VisitStmt(S); }
  bool VisitExpr(Expr *E) { return V.VisitExpr(E); }
  bool VisitVarDecl(VarDecl *D) { return V.VisitVarDecl(D); }
#define UNGIL_FORWARD(NODE)                                                                                  \
  bool Visit##NODE(NODE *N) { return V.Visit##NODE(N); }
  UNGIL_VISITED_NODES(UNGIL_FORWARD)
#undef UNGIL_FORWARD

private:
  BodyVisitor &V;
};

} // namespace

bool BodyVisitor::TraverseStmt(Stmt *S) { return Walker(*this).TraverseStmt(S); }
bool BodyVisitor::TraverseLambdaExpr(LambdaExpr *L) { return Walker(*this).traverseWholeLambda(L); }

} // namespace ungil
