// Reports a plain flag that one function polls, in the condition of a loop or on a thread of its own, while
// another function sets it; a plain flag that is tested without the lock or once flag under which it is set;
// a plain flag that is tested and set to keep others out, and cleared again; a field that says who has a
// lock and is stored after the lock was given back; and neighbouring bit-fields that two functions write.
// Volatile does not help: it orders nothing between threads.
//
// Does not report atomics, flags guarded by one lock on both sides, flags that are set before the function
// that sets them starts the thread, sig_atomic_t, and values that are compared with a bound
// (ungil-mutable-global-state).
//
// Known holes: flags that are passed to the thread by address; joins.

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/LazyInit.h"
#include "analysis/Names.h"
#include "analysis/OnceFields.h"
#include "analysis/PlainRoles.h"
#include "analysis/Races.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

#include "clang/AST/RecordLayout.h"

namespace ungil {
namespace {

using namespace clang;

/// What the loops and branches of one function decide on.
class Conditions : public BodyVisitor {
public:
  std::vector<const Expr *> Loops, Branches;
  std::vector<const Expr *> Spins; ///< of the loops, those that do nothing but wait
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  static bool onlyWaits(const Stmt *S) {
    if (const auto *Body = dyn_cast<CompoundStmt>(S))
      return llvm::all_of(Body->body(), onlyWaits);
    const auto *C = dyn_cast<CallExpr>(S);
    return isa<NullStmt>(S) || (C && C->getType()->isVoidType() && C->getNumArgs() == 0) ||
           (C && C->getNumArgs() == 1 &&
            C->getArg(0)->isIntegerConstantExpr(C->getCalleeDecl()->getASTContext()));
  }
  bool VisitStmt(Stmt *S) override {
    const Expr *E = nullptr;
    if (const auto *W = dyn_cast<WhileStmt>(S))
      E = W->getCond();
    else if (const auto *D = dyn_cast<DoStmt>(S))
      E = D->getCond();
    else if (const auto *For = dyn_cast<ForStmt>(S))
      E = For->getCond();
    if (E)
      Loops.push_back(E);
    if (const auto *W = dyn_cast<WhileStmt>(S); W && onlyWaits(W->getBody()))
      Spins.push_back(W->getCond());
    if (const auto *I = dyn_cast<IfStmt>(S); I && I->getCond())
      Branches.push_back(I->getCond());
    return true;
  }
};

/// Whether the condition asks for the value itself; bounds and arithmetic are no flags.
bool asks(const Stmt *Condition, const Expr *Flag) {
  if (Condition == Flag)
    return true;
  if (const auto *B = dyn_cast<BinaryOperator>(Condition);
      B && !B->isLogicalOp() && !B->isEqualityOp() && !B->isBitwiseOp())
    return false;
  if (isa<CallExpr>(Condition) || isa<ArraySubscriptExpr>(Condition))
    return false;
  return llvm::any_of(Condition->children(), [&](const Stmt *Child) { return Child && asks(Child, Flag); });
}

class NonAtomicFlag : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    Claims Claimed(U);
    for (const auto &[Location, All] : U.shared().locations()) {
      if (!isFlag(U, Location) || Claimed.has(Location) || !llvm::all_of(All, [&](const SharedAccess &A) {
            return !A.Atomic && (!A.writes() || setsFlag(U, A));
          }))
        continue;
      if (auto D = judge(U, All))
        Found.push_back(std::move(*D));
    }
    for (const LazyInit &L : lazyInits(U))
      if (L.Excludes && L.What == LazyInit::Unlocked && L.Store->Location.Kind != AccessPath::Object)
        Found.push_back(describe(U, L));
    for (const OnceField &F : onceFields(U))
      if (llvm::none_of(Found, [&](const Diagnosis &D) { // known by its variable, or from another instance
            return D.Where.getBegin() == F.Used->getBeginLoc();
          }))
        Found.push_back(describe(F));
    for (const PlainRole &R : plainRoles(U))
      if (R.What != PlainRole::ReferenceCount)
        Found.push_back(describe(U, R));
    neighbours(U, Found);
    return Found;
  }

private:
  static bool isFlag(Unit &U, const AccessPath &Location) {
    QualType T = typeOf(Location, U.context());
    if (T.isNull() || (!T->isIntegralOrEnumerationType()))
      return false;
    const auto *Named = T->getAs<TypedefType>();
    return !Named || Named->getDecl()->getName() != "sig_atomic_t";
  }

  /// Flags are given constants and truth values; numbers are something else.
  static bool setsFlag(Unit &U, const SharedAccess &A) {
    Expr::EvalResult Value;
    return A.What == SharedAccess::Write && A.Value && !A.Value->isValueDependent() &&
           (A.Value->IgnoreParenImpCasts()->isKnownToHaveBooleanValue() ||
            A.Value->EvaluateAsInt(Value, U.context()));
  }

  const Conditions &conditionsOf(const Function &F) {
    auto &Slot = Known[&F];
    if (!Slot) {
      Slot = std::make_unique<Conditions>();
      Slot->TraverseStmt(F.Decl->getBody());
    }
    return *Slot;
  }

  bool isPolled(Unit &U, const SharedAccess &A) {
    const Conditions &In = conditionsOf(*A.In);
    auto Asks = [&](const Expr *Condition) { return asks(Condition, A.At); };
    return llvm::any_of(In.Loops, Asks) ||
           (U.contexts().of(A.owner()) == ContextSet(Context::Detached) && llvm::any_of(In.Branches, Asks));
  }

  /// A loop that does nothing but wait: `while (busy) ;`, `while (busy) yield();`.
  bool isSpunOn(const SharedAccess &A) {
    return llvm::any_of(conditionsOf(*A.In).Spins, [&](const Expr *C) { return asks(C, A.At); });
  }

  std::optional<Diagnosis> judge(Unit &U, const SharedState::Accesses &All) {
    SharedState &S = U.shared();
    for (const SharedAccess &Read : All) {
      if (Read.What != SharedAccess::Read || !S.isConcurrent(Read))
        continue;
      bool Polled = isPolled(U, Read);
      for (const SharedAccess &Write : All) {
        if (!Write.writes() || (Write.In == Read.In && !isSpunOn(Read)) || !S.isConcurrent(Write) ||
            S.guardsOf(Write).shareWith(S.guardsOf(Read)) || startsLater(U, Write, Read))
          continue;
        if (Polled)
          return describe(U, Read, Write, " is polled in '");
        if (isFastPath(U, Read, Write))
          return describe(U, Read, Write, " is tested without a lock in '");
      }
    }
    return std::nullopt;
  }

  /// Tested outside what guards the store: the first half of double-checked locking.
  bool isFastPath(Unit &U, const SharedAccess &Read, const SharedAccess &Write) {
    if (Read.Location.Kind == AccessPath::Object || !U.shared().guardsOf(Read).none() ||
        U.shared().guardsOf(Write).none())
      return false;
    return llvm::any_of(conditionsOf(*Read.In).Branches, [&](const Expr *C) { return asks(C, Read.At); });
  }

  /// Whether the writer has started the thread that reads, and not waited for its end yet.
  static bool startedBefore(Unit &U, const SharedAccess &Write, const SharedAccess &Read) {
    auto Route = U.contexts().routeTo(Read.owner(), Context::Detached);
    if (!Route.Entry)
      return false;
    const SourceManager &SM = U.sources();
    auto Before = [&](SourceLocation A, SourceLocation B) {
      return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A), SM.getExpansionLoc(B));
    };
    SourceLocation Started = Route.Entry->Registered, Stored = Write.At->getBeginLoc();
    return Before(Write.In->Decl->getBeginLoc(), Started) && Before(Started, Stored) &&
           llvm::none_of(Write.In->Calls, [&](const Call &C) {
             return Knowledge::get().Waits.contains(qualifiedName(*C.Callee)) &&
                    Before(Started, C.Site->getBeginLoc()) && Before(C.Site->getBeginLoc(), Stored);
           });
  }

  /// Whether the writer starts the thread that reads, after the store.
  static bool startsLater(Unit &U, const SharedAccess &Write, const SharedAccess &Read) {
    auto Route = U.contexts().routeTo(Read.owner(), Context::Detached);
    if (!Route.Entry)
      return false;
    const SourceManager &SM = U.sources();
    SourceLocation Started = SM.getExpansionLoc(Route.Entry->Registered),
                   Stored = SM.getExpansionLoc(Write.At->getBeginLoc());
    SourceRange Body = Write.In->Decl->getSourceRange();
    return SM.isBeforeInTranslationUnit(Stored, Started) &&
           !SM.isBeforeInTranslationUnit(Body.getEnd(), Started);
  }

  static Diagnosis describe(Unit &U, const SharedAccess &Read, const SharedAccess &Write, const char *Used) {
    Diagnosis D;
    D.Where = Read.At->getSourceRange();
    bool Volatile = typeOf(Read.Location, U.context()).isVolatileQualified();
    D.Message = "flag " + locationName(Read.Location) + Used + displayName(*Read.In->Decl) + "' while '" +
                displayName(*Write.In->Decl) + "' changes it; plain" + (Volatile ? " volatile" : "") +
                " accesses are a data race, use an atomic";
    bool Known = isKnownConcurrent(U, Read) && (isKnownConcurrent(U, Write) || startedBefore(U, Write, Read));
    D.Sureness = Known ? Confidence::Likely : Confidence::Possible;
    explainRoute(U, Read, D);
    const Guards &Held = U.shared().guardsOf(Write);
    D.Path.push_back(
        {Write.At->getSourceRange(), "changed here in '" + displayName(*Write.In->Decl) + "'" +
                                         (Held.none() ? "" : ", holding '" + Held.Spelling + "'")});
    explainRoute(U, Write, D);
    D.Path.push_back({Read.Location.Root->getSourceRange(),
                      "make it atomic; relaxed order is enough for a flag that guards no data, else store "
                      "with release and "
                      "load with acquire"});
    return D;
  }

  static Diagnosis describe(Unit &U, const LazyInit &L) {
    Diagnosis D;
    D.Where = L.Test->getSourceRange();
    std::string Name = displayName(*L.Store->owner()->Decl);
    D.Message = "flag " + locationName(L.Store->Location) + " is tested and then set in '" + Name +
                "' to keep others out; two threads can both find it clear";
    D.Sureness = isKnownConcurrent(U, *L.Store) ? Confidence::Likely : Confidence::Possible;
    explainRoute(U, *L.Store, D);
    D.Path.push_back({L.Store->At->getSourceRange(), "set here"});
    D.Path.push_back({L.Test->getSourceRange(),
                      "exchange an atomic, or take a lock; make it thread-local when it is there to stop "
                      "recursion"});
    return D;
  }

  static Diagnosis describe(Unit &U, const PlainRole &R) {
    std::string Name = "'" + displayName(*R.In->Decl) + "'";
    Diagnosis D;
    D.Where = R.At->getSourceRange();
    bool OfLock = R.What == PlainRole::LockState;
    D.Message =
        OfLock ? R.Name + " says who has a lock, but " + Name +
                     " stores it after giving the lock back; it can overwrite what the next holder stores"
               : "flag " + R.Name + " is tested and then set in " + Name +
                     " to keep others out; two threads can both find it clear";
    ContextSet Known{Context::Concurrent, Context::Detached};
    D.Sureness = U.contexts().of(R.In).intersects(Known) ? Confidence::Likely : Confidence::Possible;
    D.Path = routeTo(R.In, ManyThreads, U.contexts());
    D.Path.push_back({R.Other->getSourceRange(), OfLock ? "given back here" : "set here"});
    D.Path.push_back(
        {R.At->getSourceRange(),
         OfLock ? "store first, then give the lock back"
                : "exchange an atomic, or take a lock; make it thread-local when it is there to stop "
                  "recursion"});
    return D;
  }

  static Diagnosis describe(const OnceField &F) {
    std::string Name = F.Field->getParent()->getNameAsString() + "." + F.Field->getNameAsString();
    Diagnosis D;
    D.Where = F.Used->getSourceRange();
    D.Message = "'" + Name + "' is set in a once function, but " + (F.Stores ? "stored" : "tested") +
                " in '" + displayName(*F.In->Decl) +
                "' outside it; plain accesses are a data race, use an atomic";
    D.Path.push_back({F.Set->getSourceRange(), "set here, by the thread that comes first"});
    D.Path.push_back({F.Field->getSourceRange(),
                      "make it atomic; store with release when what it stands for is complete, and load with "
                      "acquire"});
    return D;
  }

  /// A store to a bit-field reads and writes its neighbours in the same storage unit too.
  static void neighbours(Unit &U, std::vector<Diagnosis> &Found) {
    std::vector<const SharedAccess *> Writes;
    for (const auto &[Location, All] : U.shared().locations())
      if (!Location.Fields.empty() && Location.Fields.back() && Location.Fields.back()->isBitField())
        for (const SharedAccess &A : All)
          if (A.writes() && A.What != SharedAccess::Exposed && U.shared().isConcurrent(A))
            Writes.push_back(&A);
    std::vector<const SharedAccess *> Told;
    for (const SharedAccess *A : Writes)
      for (const SharedAccess *B : Writes) {
        if (A->owner() == B->owner() || !shareUnit(U, A->Location, B->Location) ||
            U.shared().guardsOf(*A).shareWith(U.shared().guardsOf(*B)) ||
            llvm::any_of(Told, [&](const SharedAccess *T) {
              return shareUnit(U, T->Location, A->Location) || T->Location == A->Location;
            }))
          continue;
        Told.push_back(A);
        Found.push_back(describeNeighbours(U, *A, *B));
      }
  }

  static bool shareUnit(Unit &U, const AccessPath &A, const AccessPath &B) {
    if (A == B || A.Kind != B.Kind || A.Root != B.Root || A.Fields.size() != B.Fields.size() ||
        !std::equal(A.Fields.begin(), A.Fields.end() - 1, B.Fields.begin()))
      return false;
    auto UnitOf = [&](const FieldDecl *F) {
      return U.context().getASTRecordLayout(F->getParent()).getFieldOffset(F->getFieldIndex()) /
             U.context().getTypeSize(F->getType());
    };
    return UnitOf(A.Fields.back()) == UnitOf(B.Fields.back());
  }

  static Diagnosis describeNeighbours(Unit &U, const SharedAccess &A, const SharedAccess &B) {
    Diagnosis D;
    D.Where = A.At->getSourceRange();
    D.Message = "bit-fields '" + A.Location.spelling() + "' and '" + B.Location.spelling() + "'" +
                " share memory; writing one in '" + displayName(*A.In->Decl) + "' and the other in '" +
                displayName(*B.In->Decl) + "' at the same time loses a write";
    D.Sureness =
        isKnownConcurrent(U, A) && isKnownConcurrent(U, B) ? Confidence::Likely : Confidence::Possible;
    explainRoute(U, A, D);
    D.Path.push_back(
        {B.At->getSourceRange(), "the neighbour is written here in '" + displayName(*B.In->Decl) + "'"});
    D.Path.push_back({A.Location.Fields.back()->getSourceRange(),
                      "give each its own byte and make it atomic, or guard both with one lock"});
    return D;
  }

  llvm::DenseMap<const Function *, std::unique_ptr<Conditions>> Known;
};

} // namespace

UNGIL_CHECK(NonAtomicFlag)

} // namespace ungil
