#include "analysis/Exceptions.h"

#include "analysis/BodyVisitor.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/ParentMap.h"
#include "clang/AST/StmtCXX.h"

namespace ungil {

using namespace clang;

namespace {

bool isInTry(const Stmt *S, const ParentMap &Parents) {
  for (const Stmt *Outer = Parents.getParent(S); Outer; S = Outer, Outer = Parents.getParent(S))
    if (const auto *Try = dyn_cast<CXXTryStmt>(Outer); Try && Try->getTryBlock() == S)
      return true;
  return false;
}

class Throws : public BodyVisitor {
public:
  std::vector<const CXXThrowExpr *> Found;

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; } // a function of its own
  bool VisitExpr(Expr *E) override {
    if (const auto *Throw = dyn_cast<CXXThrowExpr>(E))
      Found.push_back(Throw);
    return true;
  }
};

} // namespace

bool isCaught(const Stmt *S, const Function &F) {
  return isInTry(S, ParentMap(const_cast<Stmt *>(F.Decl->getBody())));
}

bool throwsDirectly(const Function &F) {
  Throws Expressions;
  Expressions.TraverseStmt(F.Decl->getBody());
  if (Expressions.Found.empty())
    return false;
  ParentMap Parents(F.Decl->getBody());
  return llvm::any_of(Expressions.Found, [&](const CXXThrowExpr *Throw) { return !isInTry(Throw, Parents); });
}

} // namespace ungil
