// Reports an atomic whose new value is made from a load in the same function and then stored, and an atomic
// flag that is tested and, when unset, set by a store after something was done: each half is atomic, the
// update is not.
//
// Does not report updates under a lock, atomics that a single thread writes, objects that nobody else can see
// yet, loads that feed a compare-and-swap, and cursors whose loaded value is checked against a bound, where
// another thread's lost step is accepted.
//
// Known holes: loads and stores in different functions; flags that are tested in a loop.

#include "analysis/BodyVisitor.h"
#include "analysis/Names.h"
#include "analysis/OrderRepair.h"
#include "analysis/Races.h"
#include "checks/Check.h"

#include "clang/AST/ExprCXX.h"
#include "clang/Lex/Lexer.h"

namespace ungil {
namespace {

using namespace clang;

bool contains(const Stmt *S, const Stmt *Wanted) {
  return S == Wanted ||
         (S && llvm::any_of(S->children(), [&](const Stmt *Child) { return contains(Child, Wanted); }));
}

/// Branches and comparisons of one function.
class Decisions : public BodyVisitor {
public:
  std::vector<const IfStmt *> Branches;
  std::vector<const BinaryOperator *> Bounds;
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitIfStmt(IfStmt *I) override {
    Branches.push_back(I);
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isRelationalOp())
      Bounds.push_back(B);
    return true;
  }
};

/// Whether a loop of the function holds the place.
class LoopsAround : public BodyVisitor {
public:
  LoopsAround(const SourceManager &SM, SourceLocation Wanted) : SM(SM), Wanted(Wanted) {}
  bool Found = false;
  bool VisitStmt(Stmt *S) override {
    if (isa<ForStmt>(S) || isa<WhileStmt>(S) || isa<DoStmt>(S) || isa<CXXForRangeStmt>(S))
      Found |= SM.isPointWithin(Wanted, S->getBeginLoc(), S->getEndLoc());
    return !Found;
  }

private:
  const SourceManager &SM;
  SourceLocation Wanted;
};

/// Whether the function runs on nothing but a thread of its own, which is started in one place and not in a
/// loop.
bool runsInOneThread(Unit &U, const Function &F) {
  if (!(U.contexts().of(&F) == ContextSet(Context::Detached)))
    return false;
  const EntryPoint *Entry = U.contexts().routeTo(&F, Context::Detached).Entry;
  unsigned Starts = llvm::count_if(U.entryPoints().all(), [&](const EntryPoint &Point) {
    return Point.Target == Entry->Target && Point.Where == Context::Detached;
  });
  LoopsAround Loops(U.sources(), U.sources().getExpansionLoc(Entry->Registered));
  for (const auto &Starter : U.index().functions())
    Loops.TraverseStmt(Starter->Decl->getBody());
  return Starts == 1 && !Loops.Found;
}

class AtomicRmwSplit : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &[Location, All] : U.shared().locations()) {
      std::vector<const Function *> Judged;
      for (const SharedAccess &Store : All) {
        if (!isStore(Store) || llvm::is_contained(Judged, Store.In) || !isContended(U, Store, All))
          continue;
        if (auto D = judge(U, Store, All)) {
          Judged.push_back(Store.In);
          Found.push_back(std::move(*D));
        }
      }
    }
    return Found;
  }

private:
  static bool isStore(const SharedAccess &A) {
    return A.Atomic && A.Atomic->What == AtomicOperation::Store && A.Value;
  }

  /// Whether another thread can write between load and store.
  static bool isContended(Unit &U, const SharedAccess &Store, const SharedState::Accesses &All) {
    SharedState &S = U.shared();
    if (!S.isConcurrent(Store) || !S.guardsOf(Store).none())
      return false;
    return !runsInOneThread(U, *Store.owner()) || llvm::any_of(All, [&](const SharedAccess &A) {
      return A.writes() && A.owner() != Store.owner() && S.isConcurrent(A);
    });
  }

  static std::optional<Diagnosis> judge(Unit &U, const SharedAccess &Store,
                                        const SharedState::Accesses &All) {
    Decisions In;
    In.TraverseStmt(Store.In->Decl->getBody());
    for (const SharedAccess &Load : All) {
      if (!Load.Atomic || Load.Atomic->What != AtomicOperation::Load || Load.In != Store.In ||
          Load.Through != Store.Through)
        continue;
      if (isMadeFrom(U, *Store.In, Store.Value, Load.At, 0) && !isCursor(U, *Store.In, Load.At, In))
        return describe(U, Store, Load, true);
      if (isTestedFirst(U, Store, Load, In))
        return describe(U, Store, Load, false);
    }
    return std::nullopt;
  }

  static bool isMadeFrom(Unit &U, const Function &F, const Expr *Value, const Expr *Load, unsigned Depth) {
    if (contains(Value, Load))
      return true;
    if (Depth > 3)
      return false;
    if (const VarDecl *V = local(Value)) {
      const auto &Assigned = U.shared().freshness().valuesOf(F).Assigned;
      auto Values = Assigned.find(V);
      return Values != Assigned.end() && llvm::any_of(Values->second, [&](const Expr *E) {
               return isMadeFrom(U, F, E, Load, Depth + 1);
             });
    }
    return llvm::any_of(Value->children(), [&](const Stmt *Child) {
      const auto *Inner = dyn_cast_or_null<Expr>(Child);
      return Inner && isMadeFrom(U, F, Inner, Load, Depth);
    });
  }

  static const VarDecl *local(const Expr *E) {
    const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
    const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
    return V && V->hasLocalStorage() ? V : nullptr;
  }

  /// An index that is checked before it is used: steps may be lost, the access stays in bounds.
  static bool isCursor(Unit &U, const Function &F, const Expr *Load, const Decisions &In) {
    return llvm::any_of(In.Bounds, [&](const BinaryOperator *B) {
      return isMadeFrom(U, F, B->getLHS(), Load, 0) || isMadeFrom(U, F, B->getRHS(), Load, 0);
    });
  }

  /// `if (!done) { work(); done = true; }`: two threads do the work.
  static bool isTestedFirst(Unit &U, const SharedAccess &Store, const SharedAccess &Load,
                            const Decisions &In) {
    Expr::EvalResult Value;
    if (Store.Value->isValueDependent() || !Store.Value->EvaluateAsInt(Value, U.context()) ||
        Value.Val.getInt() == 0)
      return false;
    for (const IfStmt *I : In.Branches)
      if (contains(I->getCond(), Load.At) &&
          ((contains(I->getThen(), Store.At) && doesMore(I->getThen(), Store.At)) ||
           turnsAway(U, *I, Load.At, Store.At)))
        return true;
    return false;
  }

  /// `if (busy) return; busy = true;`: two threads come in.
  static bool turnsAway(Unit &U, const IfStmt &I, const Expr *Load, const Expr *Store) {
    return endsInReturn(I.getThen()) && asksWhetherSet(I.getCond(), Load) && !contains(&I, Store) &&
           U.sources().isBeforeInTranslationUnit(U.sources().getExpansionLoc(I.getBeginLoc()),
                                                 U.sources().getExpansionLoc(Store->getBeginLoc()));
  }

  static bool endsInReturn(const Stmt *S) {
    if (const auto *C = dyn_cast_or_null<CompoundStmt>(S))
      return !C->body_empty() && endsInReturn(C->body_back());
    return S && (isa<ReturnStmt>(S) || isa<GotoStmt>(S) || isa<CXXThrowExpr>(S));
  }

  static bool asksWhetherSet(const Expr *Condition, const Expr *Load) {
    Condition = Condition->IgnoreParenImpCasts();
    if (const auto *B = dyn_cast<BinaryOperator>(Condition); B && B->getOpcode() == BO_LOr)
      return asksWhetherSet(B->getLHS(), Load) || asksWhetherSet(B->getRHS(), Load);
    return Condition == Load->IgnoreParenImpCasts();
  }

  static bool doesMore(const Stmt *Branch, const Expr *Store) {
    const auto *Body = dyn_cast<CompoundStmt>(Branch);
    return Body &&
           llvm::any_of(Body->body(), [&](const Stmt *S) { return !contains(S, Store) && hasEffect(S); });
  }

  static bool hasEffect(const Stmt *S) {
    const auto *B = dyn_cast<BinaryOperator>(S);
    return isa<CallExpr>(S) || (B && B->isAssignmentOp()) ||
           llvm::any_of(S->children(), [](const Stmt *Child) { return Child && hasEffect(Child); });
  }

  static Diagnosis describe(Unit &U, const SharedAccess &Store, const SharedAccess &Load, bool Made) {
    Diagnosis D;
    D.Where = Store.At->getSourceRange();
    std::string Name = locationName(Store.Location);
    D.Message =
        Made ? "update of atomic " + Name + " is a separate load and store; concurrent updates are lost"
             : "atomic " + Name +
                   " is tested and then set by a separate store; two threads can both find it unset";
    D.Sureness = isKnownConcurrent(U, Store) ? Confidence::Likely : Confidence::Possible;
    explainRoute(U, Store, D);
    D.Path.push_back({Load.At->getSourceRange(), "loaded here"});
    auto Whole = Made ? asOneOperation(U, Store, Load) : std::nullopt;
    D.Path.push_back({Store.At->getSourceRange(), std::string("use ") + advice(Store, Made)});
    if (Whole)
      D.Repairs.push_back({"make it one operation", {std::move(*Whole)}});
    return D;
  }

  static const char *advice(const SharedAccess &Store, bool Made) {
    if (!Made)
      return "exchange or compare_exchange, and do the work in the thread that wins";
    const auto *Sum = dyn_cast<BinaryOperator>(Store.Value->IgnoreParenImpCasts());
    if (Sum && Sum->getOpcode() == BO_Add)
      return "fetch_add, or compare_exchange in a loop";
    if (Sum && Sum->getOpcode() == BO_Sub)
      return "fetch_sub, or compare_exchange in a loop";
    return "compare_exchange in a loop";
  }

  /// `x.store(x.load() + c)` becomes `x.fetch_add(c)`, with the order when both had the same.
  static std::optional<FixItHint> asOneOperation(Unit &U, const SharedAccess &Store,
                                                 const SharedAccess &Load) {
    const auto *C = dyn_cast<CXXMemberCallExpr>(Store.At);
    const auto *Sum = dyn_cast<BinaryOperator>(Store.Value->IgnoreParenImpCasts());
    if (!C || !Sum || !Sum->isAdditiveOp() || Sum->getLHS()->IgnoreParenImpCasts() != Load.At ||
        Store.At->getBeginLoc().isMacroID() || !Sum->getType()->isIntegerType())
      return std::nullopt;
    std::string Order;
    if (Store.Atomic->OrderArgument && Load.Atomic->OrderArgument &&
        Store.Atomic->Order == Load.Atomic->Order)
      Order = ", " + text(U, Store.Atomic->OrderArgument);
    return FixItHint::CreateReplacement(
        CharSourceRange::getTokenRange(C->getSourceRange()),
        text(U, C->getImplicitObjectArgument()) +
            (C->getImplicitObjectArgument()->getType()->isPointerType() ? "->" : ".") +
            (Sum->getOpcode() == BO_Add ? "fetch_add(" : "fetch_sub(") + text(U, Sum->getRHS()) + Order +
            ")");
  }

  static std::string text(Unit &U, const Expr *E) {
    return Lexer::getSourceText(CharSourceRange::getTokenRange(E->getSourceRange()), U.sources(),
                                U.context().getLangOpts())
        .str();
  }
};

} // namespace

UNGIL_CHECK(AtomicRmwSplit)

} // namespace ungil
