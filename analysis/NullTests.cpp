#include "analysis/NullTests.h"

#include "analysis/TypeDiscovery.h"

#include "clang/AST/ExprCXX.h"

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

bool provesNull(const Expr *Condition, bool Holds, TestedValue Tested) {
  Condition = Condition->IgnoreParenImpCasts();
  if (const auto *U = dyn_cast<UnaryOperator>(Condition); U && U->getOpcode() == UO_LNot)
    return provesNull(U->getSubExpr(), !Holds, Tested);
  const auto *B = dyn_cast<BinaryOperator>(Condition);
  if (B && B->getOpcode() == (Holds ? BO_LAnd : BO_LOr))
    return provesNull(B->getLHS(), Holds, Tested) || provesNull(B->getRHS(), Holds, Tested);
  if (B && B->isEqualityOp())
    return (Tested(B->getLHS()) || Tested(B->getRHS())) && (B->getOpcode() == BO_EQ) == Holds;
  return !Holds && Tested(Condition);
}

bool leavesIfNull(const Stmt *S, TestedValue Tested) {
  const auto *If = dyn_cast<IfStmt>(S);
  const Stmt *Last = If && !If->getElse() ? If->getThen() : nullptr;
  if (const auto *Block = dyn_cast_or_null<CompoundStmt>(Last))
    Last = Block->body_empty() ? nullptr : Block->body_back();
  bool Leaves = isa_and_nonnull<ReturnStmt>(Last) || isa_and_nonnull<GotoStmt>(Last);
  return Leaves && provesNull(If->getCond(), /*Holds=*/true, Tested);
}

} // namespace ungil
