#include "analysis/AtomicRoles.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/MapVector.h"

namespace ungil {

using namespace clang;

namespace {

const ValueDecl *namedVariable(const Expr *E) {
  for (;;) {
    E = E->IgnoreParenCasts();
    if (const auto *U = dyn_cast<UnaryOperator>(E);
        U && (U->getOpcode() == UO_AddrOf || U->getOpcode() == UO_Deref))
      E = U->getSubExpr();
    else if (const auto *S = dyn_cast<ArraySubscriptExpr>(E))
      E = S->getBase();
    else
      break;
  }
  if (const auto *M = dyn_cast<MemberExpr>(E))
    return cast<ValueDecl>(M->getMemberDecl()->getCanonicalDecl());
  const auto *R = dyn_cast<DeclRefExpr>(E);
  const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
  return V && V->hasGlobalStorage() ? V->getCanonicalDecl() : nullptr;
}

/// The atomic operations of one function and what its branches do with their results.
class Uses : public BodyVisitor {
public:
  Uses(const ASTContext &Context, const UnitIndex &Index) : Context(Context), Index(Index) {}

  std::vector<AtomicOperation> Operations;
  std::vector<const IfStmt *> Branches;
  std::vector<const BinaryOperator *> Comparisons;
  llvm::DenseMap<const VarDecl *, const Expr *> Initialised;
  bool HasFence = false;

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitExpr(Expr *E) override {
    HasFence |= isFence(E);
    if (auto Op = atomicOperation(E, Context))
      Operations.push_back(*Op);
    return true;
  }
  bool VisitVarDecl(VarDecl *V) override {
    if (V->hasLocalStorage() && V->getInit())
      Initialised[V] = V->getInit();
    return true;
  }
  bool VisitIfStmt(IfStmt *I) override {
    Branches.push_back(I);
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isComparisonOp())
      Comparisons.push_back(B);
    return true;
  }

  std::optional<llvm::APSInt> constant(const Expr *E) const {
    Expr::EvalResult Value;
    if (!E || E->isValueDependent() || !E->EvaluateAsInt(Value, Context))
      return std::nullopt;
    return Value.Val.getInt();
  }

  static const VarDecl *local(const Expr *E) {
    const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
    return R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
  }

  /// Whether the statement has the operation in it, or reads a variable that it initialised.
  bool comesFrom(const Stmt *S, const Expr *Site) const {
    if (S == Site)
      return true;
    if (const auto *E = dyn_cast<Expr>(S))
      if (auto Known = Initialised.find(local(E));
          Known != Initialised.end() && comesFrom(Known->second, Site))
        return true;
    return llvm::any_of(S->children(), [&](const Stmt *Child) { return Child && comesFrom(Child, Site); });
  }

  /// Whether the last holder destroys the object in the branch that the operation's result takes.
  bool destroysOnLast(const AtomicOperation &Op) const {
    for (const IfStmt *I : Branches)
      if (comesFrom(I->getCond(), Op.Site) &&
          ((I->getThen() && destroys(I->getThen(), 0)) || (I->getElse() && destroys(I->getElse(), 0))))
        return true;
    return false;
  }

  /// Whether a value that the function compares with a constant decides about the exchange: `while (v >= 0)`.
  bool hasSentinel(const AtomicOperation &Op) const {
    const auto *Sum = dyn_cast_or_null<BinaryOperator>(Op.Operand ? Op.Operand->IgnoreParenCasts() : nullptr);
    if (!Sum || Sum->getOpcode() != BO_Add || !constant(Sum->getRHS()))
      return false;
    const VarDecl *Seen = local(Sum->getLHS());
    return Seen && llvm::any_of(Comparisons, [&](const BinaryOperator *B) {
             return local(B->getLHS()) == Seen && constant(B->getRHS());
           });
  }

private:
  bool destroys(const Stmt *S, unsigned Depth) const {
    if (isa<CXXDeleteExpr>(S))
      return true;
    if (const auto *C = dyn_cast<CallExpr>(S)) {
      const FunctionDecl *F = C->getDirectCallee();
      const Knowledge &K = Knowledge::get();
      if (F && (K.Deallocators.contains(qualifiedName(*F)) || K.ReferenceDrops.contains(qualifiedName(*F))))
        return true;
      if (const Function *Callee = Index.find(F);
          Callee && Depth < 2 && destroys(Callee->Decl->getBody(), Depth + 1))
        return true;
    }
    return llvm::any_of(S->children(), [&](const Stmt *Child) { return Child && destroys(Child, Depth); });
  }

  const ASTContext &Context;
  const UnitIndex &Index;
};

/// Every use of one variable.
struct Variable {
  struct Use {
    const Uses *Of;
    const Function *In;
    const AtomicOperation *Op;
  };
  std::vector<Use> All;
};

bool storesZero(const Variable::Use &U) {
  if (U.Op->What != AtomicOperation::Store && U.Op->What != AtomicOperation::Exchange)
    return false;
  if (isa<CXXConstructorDecl>(U.In->Decl))
    return false;
  auto Value = U.Of->constant(U.Op->Operand);
  return U.Op->Operand ? Value && *Value == 0 : U.Op->What == AtomicOperation::Store;
}

bool storesConstant(const Variable::Use &U) {
  auto Value = U.Of->constant(U.Op->Operand);
  return Value && *Value != 0;
}

AtomicRole roleOf(const Variable &V) {
  bool Sentinel = false, Swaps = false, Clears = false, Subtracts = false, Counts = false;
  for (const Variable::Use &U : V.All) {
    bool Compares = U.Op->What == AtomicOperation::CompareExchange;
    Sentinel |= Compares && U.Of->hasSentinel(*U.Op);
    Swaps |= (Compares || U.Op->What == AtomicOperation::Exchange) && storesConstant(U);
    Clears |= storesZero(U);
    Subtracts |= U.Op->What == AtomicOperation::Subtract;
    Counts |= U.Op->What == AtomicOperation::Subtract && U.Of->destroysOnLast(*U.Op);
  }
  if (Counts)
    return AtomicRole::ReferenceCount;
  if (Sentinel && (Subtracts || Clears))
    return AtomicRole::BorrowFlag;
  return Swaps && Clears ? AtomicRole::Lock : AtomicRole::None;
}

AtomicUse::Part partOf(const Variable::Use &U, AtomicRole Role) {
  if (Role == AtomicRole::ReferenceCount)
    return U.Op->What == AtomicOperation::Subtract && U.Of->destroysOnLast(*U.Op) ? AtomicUse::DropsLast
                                                                                  : AtomicUse::Other;
  if (storesZero(U) || U.Op->What == AtomicOperation::Subtract)
    return AtomicUse::Drops;
  bool Swaps = U.Op->What == AtomicOperation::CompareExchange || U.Op->What == AtomicOperation::Exchange;
  return Swaps && (storesConstant(U) || U.Of->hasSentinel(*U.Op)) ? AtomicUse::Takes : AtomicUse::Other;
}

} // namespace

std::vector<AtomicUse> atomicRoles(Unit &U) {
  std::vector<std::unique_ptr<Uses>> All;
  llvm::MapVector<const ValueDecl *, Variable> Variables;
  for (const auto &F : U.index().functions()) {
    All.push_back(std::make_unique<Uses>(U.context(), U.index()));
    All.back()->TraverseStmt(F->Decl->getBody());
    for (const AtomicOperation &Op : All.back()->Operations)
      if (const ValueDecl *V = namedVariable(Op.Object))
        Variables[V].All.push_back({All.back().get(), F.get(), &Op});
  }
  std::vector<AtomicUse> Found;
  for (const auto &[Decl, V] : Variables) {
    AtomicRole Role = roleOf(V);
    if (Role == AtomicRole::None)
      continue;
    for (const Variable::Use &Use : V.All)
      if (AtomicUse::Part Part = partOf(Use, Role); Part != AtomicUse::Other && !Use.Of->HasFence)
        Found.push_back({*Use.Op, Decl, Use.In, Part, Role});
  }
  return Found;
}

} // namespace ungil
