#include "analysis/StateExpressions.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

const ValueDecl *namedBy(const Expr *E) {
  if (!E)
    return nullptr;
  E = E->IgnoreParenCasts();
  if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->getOpcode() == UO_Deref)
    E = U->getSubExpr()->IgnoreParenCasts();
  if (const auto *R = dyn_cast<DeclRefExpr>(E))
    return R->getDecl();
  if (const auto *M = dyn_cast<MemberExpr>(E))
    return M->getMemberDecl();
  return nullptr;
}

const Expr *makerOf(const Expr *E) {
  for (;;) {
    const Expr *Before = E;
    E = E->IgnoreParenCasts();
    if (const auto *C = dyn_cast<ExprWithCleanups>(E))
      E = C->getSubExpr();
    else if (const auto *T = dyn_cast<CXXBindTemporaryExpr>(E))
      E = T->getSubExpr();
    else if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(E))
      E = M->getSubExpr();
    else if (const auto *C = dyn_cast<CXXConstructExpr>(E); C && C->isElidable() && C->getNumArgs())
      E = C->getArg(0);
    if (E == Before)
      return E;
  }
}

bool makesEmpty(const Expr *E) {
  const Expr *Maker = makerOf(E);
  if (isa<CXXNullPtrLiteralExpr>(Maker) || isa<CXXScalarValueInitExpr>(Maker))
    return true;
  const auto *Made = dyn_cast<CXXConstructExpr>(Maker);
  if (Made && Made->getNumArgs() == 1 && Made->getConstructor()->isCopyOrMoveConstructor())
    return makesEmpty(Made->getArg(0));
  return Made && (Made->getNumArgs() == 0 || isa<CXXDefaultArgExpr>(Made->getArg(0)));
}

std::optional<bool> constantTruth(const Expr *E, const ASTContext &Context) {
  E = E->IgnoreParenCasts();
  if (isa<CXXNullPtrLiteralExpr>(E) || isa<GNUNullExpr>(E))
    return false;
  Expr::EvalResult Value;
  if (E->isValueDependent() || !E->getType()->isIntegralOrEnumerationType() ||
      !E->EvaluateAsInt(Value, Context))
    return std::nullopt;
  return Value.Val.getInt() != 0;
}

bool isHook(const CallExpr &C) {
  const auto *Type = C.getCallee()->getType()->isFunctionPointerType()
                         ? C.getCallee()->getType()->getPointeeType()->getAs<FunctionType>()
                         : nullptr;
  return Type && Type->getReturnType()->isVoidType() && C.getNumArgs() == 0;
}

const CXXThrowExpr *throwOf(const CFGBlock &Block) {
  for (const CFGElement &Element : llvm::reverse(Block))
    if (auto S = Element.getAs<CFGStmt>()) { // destructors may follow the throw
      const auto *Cleanups = dyn_cast<ExprWithCleanups>(S->getStmt());
      return dyn_cast<CXXThrowExpr>(Cleanups ? Cleanups->getSubExpr() : S->getStmt());
    }
  return nullptr;
}

} // namespace ungil
