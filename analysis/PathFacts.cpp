#include "analysis/PathFacts.h"

#include "analysis/BodyVisitor.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/FoldingSet.h"

namespace ungil {

using namespace clang;

namespace {

bool isZero(const Expr *E, const ASTContext &Context) {
  E = E->IgnoreParenImpCasts();
  if (E->isNullPointerConstant(const_cast<ASTContext &>(Context), Expr::NPC_ValueDependentIsNotNull) !=
      Expr::NPCK_NotNull)
    return true;
  Expr::EvalResult Value;
  return E->getType()->isIntegralOrEnumerationType() && !E->isValueDependent() &&
         E->EvaluateAsInt(Value, Context) && Value.Val.getInt() == 0;
}

class Mentioned : public BodyVisitor {
public:
  llvm::SmallVector<const ValueDecl *, 2> Values;
  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    Values.push_back(R->getDecl());
    return true;
  }
  bool VisitMemberExpr(MemberExpr *M) override {
    Values.push_back(M->getMemberDecl());
    return true;
  }
};

unsigned shapeOf(const Expr *E, const ASTContext &Context) {
  llvm::FoldingSetNodeID Id;
  E->IgnoreParenImpCasts()->Profile(Id, Context, /*Canonical=*/true);
  return Id.ComputeHash();
}

/// __builtin_expect(x, y) is x.
const Expr *withoutExpectation(const Expr *E) {
  const auto *C = dyn_cast<CallExpr>(E);
  const FunctionDecl *F = C ? C->getDirectCallee() : nullptr;
  return F && F->getBuiltinID() == Builtin::BI__builtin_expect ? C->getArg(0) : nullptr;
}

} // namespace

Predicate predicateOf(const Expr *E, const ASTContext &Context) {
  Predicate P;
  for (;;) {
    E = E->IgnoreParenImpCasts();
    if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->getOpcode() == UO_LNot) {
      P.Positive = !P.Positive;
      E = U->getSubExpr();
    } else if (const auto *B = dyn_cast<BinaryOperator>(E);
               B && B->isEqualityOp() && isZero(B->getRHS(), Context)) {
      P.Positive ^= B->getOpcode() == BO_EQ;
      E = B->getLHS();
    } else if (const Expr *Value = withoutExpectation(E)) {
      E = Value;
    } else if (const auto *A = dyn_cast<BinaryOperator>(E);
               A && A->getOpcode() == BO_Assign && isa<DeclRefExpr>(A->getLHS()->IgnoreParens())) {
      E = A->getLHS(); // `if ((x = f()) == NULL)` tests x
    } else {
      P.Tested = E;
      return P;
    }
  }
}

PredicateTable::Id PredicateTable::intern(const std::vector<unsigned> &Shape, const Expr *E) {
  auto [At, New] = Ids.try_emplace(Shape, Id(Mentions.size()));
  if (New) {
    Mentioned Found;
    Found.TraverseStmt(const_cast<Expr *>(E));
    Mentions.push_back(std::move(Found.Values));
  }
  return At->second;
}

PredicateTable::Id PredicateTable::ofVariable(const ValueDecl *V) {
  auto [At, New] = Variables.try_emplace(V, Id(Mentions.size()));
  if (New)
    Mentions.push_back({V});
  return At->second;
}

std::optional<std::pair<PredicateTable::Id, bool>> PredicateTable::find(const Expr *E) {
  auto [At, New] = Known.try_emplace(E);
  if (New)
    At->second = analyse(E); // which adds nothing to Known
  return At->second;
}

std::optional<std::pair<PredicateTable::Id, bool>> PredicateTable::analyse(const Expr *E) {
  E = E->IgnoreParenImpCasts();
  if (const auto *R = dyn_cast<DeclRefExpr>(E))
    return std::pair(ofVariable(R->getDecl()), false);
  if (E->HasSideEffects(Context))
    return std::nullopt;
  const auto *B = dyn_cast<BinaryOperator>(E);
  if (!B || !B->isComparisonOp())
    return std::pair(intern({shapeOf(E, Context)}, E), false);
  BinaryOperatorKind Kind = B->getOpcode();
  bool Negated = Kind == BO_NE || Kind == BO_GE || Kind == BO_LE;
  if (Negated)
    Kind = BinaryOperator::negateComparisonOp(Kind);
  return std::pair(intern({unsigned(Kind), shapeOf(B->getLHS(), Context), shapeOf(B->getRHS(), Context)}, E),
                   Negated);
}

bool PredicateTable::mentions(Id Which, const ValueDecl *V) const {
  return llvm::is_contained(Mentions[Which], V);
}

std::optional<bool> PathFacts::of(PredicateTable::Id Which) const {
  for (auto [Id, Value] : Known)
    if (Id == Which)
      return Value;
  return std::nullopt;
}

void PathFacts::set(PredicateTable::Id Which, bool Value) {
  auto At = llvm::lower_bound(Known, std::pair(Which, false));
  if (At != Known.end() && At->first == Which)
    At->second = Value;
  else if (Known.size() < Bound)
    Known.insert(At, {Which, Value});
}

void PathFacts::forget(const PredicateTable &Table, const ValueDecl *V) {
  llvm::erase_if(Known, [&](const auto &Fact) { return Table.mentions(Fact.first, V); });
}

bool PathFacts::meet(const PathFacts &Other) {
  std::size_t Before = Known.size();
  llvm::erase_if(Known, [&](const auto &Fact) { return Other.of(Fact.first) != Fact.second; });
  return Known.size() != Before;
}

} // namespace ungil
