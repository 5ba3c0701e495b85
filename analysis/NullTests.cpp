#include "analysis/NullTests.h"

#include "analysis/TypeDiscovery.h"

namespace ungil {

using namespace clang;

NullTest nullTestOf(const Expr *Condition, const ASTContext &Context) {
  const Expr *E = Condition->IgnoreParenCasts();
  bool Negated = false;
  for (const UnaryOperator *U; (U = dyn_cast<UnaryOperator>(E)) && U->getOpcode() == UO_LNot;
       E = U->getSubExpr()->IgnoreParenCasts())
    Negated = !Negated;
  const auto *B = dyn_cast<BinaryOperator>(E);
  if (!B || !B->isEqualityOp())
    return {E, Negated};
  bool Left = isNullConstant(B->getLHS(), Context), Right = isNullConstant(B->getRHS(), Context);
  if (!Left && !Right)
    return {};
  return {Left ? B->getRHS() : B->getLHS(), (B->getOpcode() == BO_EQ) != Negated};
}

} // namespace ungil
