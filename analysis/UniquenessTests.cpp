#include "analysis/UniquenessTests.h"

#include "analysis/Knowledge.h"
#include "analysis/UnitIndex.h"

namespace ungil {

using namespace clang;

bool asksWhetherUnique(const Expr *Call) {
  const FunctionDecl *Callee = calleeOf(Call);
  if (!Callee || !Callee->getIdentifier())
    return false;
  const Knowledge &K = Knowledge::get();
  return Callee->getName() == K.UniquelyReferenced || Callee->getName() == K.UniqueTemporary;
}

const Expr *foundUnique(const CFGBlock &From, unsigned Successor) {
  const auto *Condition = dyn_cast_or_null<Expr>(From.getTerminatorCondition());
  if (!Condition || From.succ_size() != 2)
    return nullptr;
  bool Holds = Successor == 0;
  for (Condition = Condition->IgnoreParenImpCasts();;) {
    const auto *U = dyn_cast<UnaryOperator>(Condition);
    if (!U || U->getOpcode() != UO_LNot)
      break;
    Holds = !Holds;
    Condition = U->getSubExpr()->IgnoreParenImpCasts();
  }
  const auto *C = dyn_cast<CallExpr>(Condition);
  return Holds && C && C->getNumArgs() == 1 && asksWhetherUnique(C) ? C->getArg(0)->IgnoreParenCasts()
                                                                    : nullptr;
}

} // namespace ungil
