#include "analysis/AtomicRoles.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/MapVector.h"

#include <set>

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
  if (const auto *M = dyn_cast<MemberExpr>(E)) {
    const auto *Record = dyn_cast<RecordDecl>(M->getMemberDecl()->getDeclContext());
    if (Record && Knowledge::get().Atomics.Types.contains(typeName(*Record)))
      return namedVariable(M->getBase()); // what a macro of C makes of an atomic_flag
    return cast<ValueDecl>(M->getMemberDecl()->getCanonicalDecl());
  }
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

  /// The constant that a compare-and-swap expects, given as it is or in a variable.
  std::optional<int64_t> expected(const AtomicOperation &Op) const {
    const Expr *E = Op.Expected ? Op.Expected->IgnoreParenCasts() : nullptr;
    if (const auto *U = dyn_cast_or_null<UnaryOperator>(E); U && U->getOpcode() == UO_AddrOf)
      E = U->getSubExpr();
    auto Known = E ? Initialised.find(local(E)) : Initialised.end();
    auto Value = constant(Known == Initialised.end() ? E : Known->second);
    return Value ? std::optional(Value->getExtValue()) : std::nullopt;
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

/// What is stored; an operation of a flag that takes no value says it by its name.
std::optional<int64_t> stored(const Variable::Use &U) {
  if (!U.Op->Operand && U.Op->What == AtomicOperation::Store)
    return 0;
  if (!U.Op->Operand && U.Op->What == AtomicOperation::Exchange)
    return 1;
  auto Value = U.Of->constant(U.Op->Operand);
  return Value ? std::optional(Value->getExtValue()) : std::nullopt;
}

/// The values that an atomic has when it is taken and when it is free.
struct Protocol {
  std::set<int64_t> Taken, Free{0};
};

Protocol protocolOf(const Variable &V) {
  Protocol P;
  for (const Variable::Use &U : V.All) {
    bool Compares = U.Op->What == AtomicOperation::CompareExchange;
    auto New = stored(U);
    if (!New || (!Compares && U.Op->What != AtomicOperation::Exchange))
      continue;
    auto Old = Compares ? U.Of->expected(*U.Op) : std::nullopt;
    if (*New != 0 || (Old && *Old != 0))
      P.Taken.insert(*New);
    if (Old)
      P.Free.insert(*Old);
  }
  if (P.Taken.size() > 1)
    P.Taken.erase(0); // given back by compare-and-swap
  for (int64_t Value : P.Taken)
    P.Free.erase(Value);
  return P;
}

bool swaps(const Variable::Use &U) {
  return U.Op->What == AtomicOperation::CompareExchange || U.Op->What == AtomicOperation::Exchange;
}

bool takes(const Variable::Use &U, const Protocol &P) {
  auto New = stored(U);
  return swaps(U) && New && P.Taken.contains(*New);
}

/// Stores that leave the atomic free. A constructor's only sets it up.
bool frees(const Variable::Use &U, const Protocol &P) {
  if (U.Op->What != AtomicOperation::Store && U.Op->What != AtomicOperation::Exchange)
    return false;
  auto New = stored(U);
  return New && P.Free.contains(*New) && !isa<CXXConstructorDecl>(U.In->Decl);
}

/// An exclusive borrow becomes a shared one by a store of the new count.
bool downgrades(const Variable::Use &U, const Protocol &P) {
  auto New = stored(U);
  return U.Op->What == AtomicOperation::Store && New && !P.Taken.contains(*New) &&
         !isa<CXXConstructorDecl>(U.In->Decl);
}

AtomicRole roleOf(const Variable &V, const Protocol &P) {
  bool Sentinel = false, Swaps = false, Clears = false, Subtracts = false, Counts = false;
  for (const Variable::Use &U : V.All) {
    Sentinel |= U.Op->What == AtomicOperation::CompareExchange && U.Of->hasSentinel(*U.Op);
    Swaps |= takes(U, P);
    Clears |= frees(U, P);
    Subtracts |= U.Op->What == AtomicOperation::Subtract;
    Counts |= U.Op->What == AtomicOperation::Subtract && U.Of->destroysOnLast(*U.Op);
  }
  if (Counts)
    return AtomicRole::ReferenceCount;
  if (Sentinel && (Subtracts || Clears))
    return AtomicRole::BorrowFlag;
  return Swaps && Clears ? AtomicRole::Lock : AtomicRole::None;
}

AtomicUse::Part partOf(const Variable::Use &U, AtomicRole Role, const Protocol &P) {
  bool Subtracts = U.Op->What == AtomicOperation::Subtract;
  if (Role == AtomicRole::ReferenceCount)
    return Subtracts && U.Of->destroysOnLast(*U.Op) ? AtomicUse::DropsLast : AtomicUse::Other;
  if (Subtracts || frees(U, P) || (Role == AtomicRole::BorrowFlag && downgrades(U, P)))
    return AtomicUse::Drops;
  return takes(U, P) || (swaps(U) && U.Of->hasSentinel(*U.Op)) ? AtomicUse::Takes : AtomicUse::Other;
}

/// Methods of class templates with atomic members. What such a member is used for does not depend on the
/// arguments, and an instance has only those methods that the unit calls.
bool isMethodWithAtomics(const FunctionDecl &F) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  return Method && llvm::any_of(Method->getParent()->fields(),
                                [](const FieldDecl *Field) { return isAtomicType(Field->getType()); });
}

/// Whether the function itself has just made the object, or no other thread runs yet.
bool isSetUp(Unit &U, const Variable::Use &Use) {
  ContextSet Where = U.contexts().of(Use.In);
  if (!Where.empty() && !Where.intersects(ManyThreads))
    return true;
  if (Use.In->Decl->isDependentContext())
    return false;
  U.paths().enter(Use.In->Decl);
  auto Path = U.paths().resolve(Use.Op->Object);
  return Path && Path->Kind == AccessPath::Local &&
         U.shared().freshness().isPrivate(*Use.In, *Path, Use.Op->Site, ManyThreads);
}

} // namespace

static std::vector<AtomicUse> findAtomicRoles(Unit &U) {
  std::vector<std::unique_ptr<Uses>> All;
  llvm::MapVector<const ValueDecl *, Variable> Variables;
  auto Read = [&](const Function &F) {
    All.push_back(std::make_unique<Uses>(U.context(), U.index()));
    All.back()->TraverseStmt(F.Decl->getBody());
    for (const AtomicOperation &Op : All.back()->Operations)
      if (const ValueDecl *V = namedVariable(Op.Object))
        Variables[V].All.push_back({All.back().get(), &F, &Op});
  };
  for (const auto &F : U.index().functions())
    Read(*F);
  for (const auto &F : U.index().patterns())
    if (isMethodWithAtomics(*F->Decl))
      Read(*F);
  std::vector<AtomicUse> Found;
  for (const auto &[Decl, V] : Variables) {
    Protocol P = protocolOf(V);
    AtomicRole Role = roleOf(V, P);
    if (Role == AtomicRole::None)
      continue;
    for (const Variable::Use &Use : V.All)
      if (AtomicUse::Part Part = partOf(Use, Role, P);
          Part != AtomicUse::Other && !Use.Of->HasFence && !(Part == AtomicUse::Drops && isSetUp(U, Use)))
        Found.push_back({*Use.Op, Decl, Use.In, Part, Role});
  }
  return Found;
}

const std::vector<AtomicUse> &atomicRoles(Unit &U) { return U.once(findAtomicRoles); }

} // namespace ungil
