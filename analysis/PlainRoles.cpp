#include "analysis/PlainRoles.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/LazyInit.h"
#include "analysis/Names.h"
#include "analysis/Races.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/MapVector.h"

namespace ungil {

using namespace clang;

namespace {

bool contains(const Stmt *S, const Stmt *Wanted) {
  return S && (S == Wanted ||
               llvm::any_of(S->children(), [&](const Stmt *Child) { return contains(Child, Wanted); }));
}

bool endsInJump(const Stmt *S) {
  if (const auto *C = dyn_cast_or_null<CompoundStmt>(S))
    return !C->body_empty() && endsInJump(C->body_back());
  return S && (isa<ReturnStmt>(S) || isa<GotoStmt>(S) || isa<CXXThrowExpr>(S));
}

/// The member that is counted up or down by one.
const MemberExpr *stepOf(const Stmt *S, bool Up) {
  const Expr *Counted = nullptr;
  if (const auto *U = dyn_cast<UnaryOperator>(S); U && (Up ? U->isIncrementOp() : U->isDecrementOp()))
    Counted = U->getSubExpr();
  else if (const auto *B = dyn_cast<CompoundAssignOperator>(S);
           B && B->getOpcode() == (Up ? BO_AddAssign : BO_SubAssign) &&
           isa<IntegerLiteral>(B->getRHS()->IgnoreParenImpCasts()))
    Counted = B->getLHS();
  const auto *M = Counted ? dyn_cast<MemberExpr>(Counted->IgnoreParens()) : nullptr;
  const auto *Field = M ? dyn_cast<FieldDecl>(M->getMemberDecl()) : nullptr;
  return Field && Field->getType()->isIntegerType() && !isObjectStruct(Field->getParent()) ? M : nullptr;
}

/// The variable that leads to the struct; the class for `this`.
const Decl *baseOf(const MemberExpr *M) {
  const Expr *Base = M->getBase()->IgnoreParenCasts();
  if (const auto *T = dyn_cast<CXXThisExpr>(Base))
    return T->getType()->getPointeeCXXRecordDecl();
  const auto *R = dyn_cast<DeclRefExpr>(Base);
  return R ? R->getDecl() : nullptr;
}

/// Counting, branches and calls of one function.
class Body : public BodyVisitor {
public:
  std::vector<const MemberExpr *> Up, Down;
  std::vector<const Expr *> DownAt;
  std::vector<const IfStmt *> Branches;
  std::vector<const CallExpr *> Calls;

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitExpr(Expr *E) override {
    if (const MemberExpr *M = stepOf(E, true))
      Up.push_back(M);
    if (const MemberExpr *M = stepOf(E, false)) {
      Down.push_back(M);
      DownAt.push_back(E);
    }
    return true;
  }
  bool VisitIfStmt(IfStmt *I) override {
    Branches.push_back(I);
    return true;
  }
  bool VisitCallExpr(CallExpr *C) override {
    Calls.push_back(C);
    return true;
  }
};

class Finder {
public:
  explicit Finder(Unit &U) : U(U), SM(U.sources()) {
    for (const auto &F : U.index().functions())
      Bodies[F.get()].TraverseStmt(F->Decl->getBody());
  }

  std::vector<PlainRole> run() {
    findCounts();
    findBusyFlags();
    findLockStates();
    return std::move(Found);
  }

private:
  bool before(const Stmt *A, const Stmt *B) const {
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A->getBeginLoc()),
                                        SM.getExpansionLoc(B->getBeginLoc()));
  }

  // Reference counts

  void findCounts() {
    llvm::DenseMap<const ValueDecl *, std::pair<const Expr *, const Function *>> Taken;
    for (const auto &[F, In] : Bodies)
      for (const MemberExpr *M : In.Up)
        if (U.contexts().of(F).intersects(ManyThreads))
          Taken.try_emplace(M->getMemberDecl(), M, F);
    for (const auto &[F, In] : Bodies)
      for (std::size_t I = 0; I != In.Down.size(); ++I) {
        const MemberExpr *M = In.Down[I];
        auto Up = Taken.find(M->getMemberDecl());
        if (Up == Taken.end() || !destroysAtZero(In, M, In.DownAt[I]) || !isOpen(*F, In.DownAt[I]))
          continue;
        const auto *Field = cast<FieldDecl>(M->getMemberDecl());
        Found.push_back({PlainRole::ReferenceCount,
                         "'" + typeName(*Field->getParent()) + "." + Field->getNameAsString() + "'", F,
                         In.DownAt[I], Up->second.first, Up->second.second});
      }
  }

  bool isOpen(const Function &F, const Expr *At) {
    return U.contexts().of(&F).intersects(ManyThreads) && U.locks().reaches(F, At) &&
           U.locks().at(F, At).empty() && !U.shared().isUnderContract(F);
  }

  /// `if (--p->count == 0) free(p)`, `p->count--; if (!p->count) free(p)`.
  bool destroysAtZero(const Body &In, const MemberExpr *Count, const Expr *Down) const {
    const Decl *Base = baseOf(Count);
    if (!Base)
      return false;
    for (const IfStmt *I : In.Branches) {
      bool Asks = contains(I->getCond(), Down) ||
                  (before(Down, I) && readsAgain(I->getCond(), Count->getMemberDecl(), Base));
      if (Asks && (destroys(I->getThen(), Base, 0) || endsTheRest(In, I, Base)))
        return true;
    }
    return false;
  }

  static bool readsAgain(const Stmt *S, const ValueDecl *Field, const Decl *Base) {
    if (const auto *M = dyn_cast<MemberExpr>(S); M && M->getMemberDecl() == Field && baseOf(M) == Base)
      return true;
    return llvm::any_of(S->children(),
                        [&](const Stmt *Child) { return Child && readsAgain(Child, Field, Base); });
  }

  /// `if (--p->count > 0) return; free(p);`
  bool endsTheRest(const Body &In, const IfStmt *I, const Decl *Base) const {
    return endsInJump(I->getThen()) && llvm::any_of(In.Calls, [&](const CallExpr *C) {
             return before(I->getThen(), C) && !contains(I, C) && destroys(C, Base, 0);
           });
  }

  /// Whether the struct that the variable, or `this`, leads to is freed.
  bool destroys(const Stmt *S, const Decl *Base, unsigned Depth) const {
    if (!S)
      return false;
    if (const auto *D = dyn_cast<CXXDeleteExpr>(S))
      return names(D->getArgument(), Base);
    if (const auto *C = dyn_cast<CallExpr>(S))
      for (unsigned I = 0; I != C->getNumArgs(); ++I)
        if (names(C->getArg(I), Base) && frees(C, I, Depth))
          return true;
    return llvm::any_of(S->children(), [&](const Stmt *Child) { return destroys(Child, Base, Depth); });
  }

  static bool names(const Expr *E, const Decl *Base) {
    E = E->IgnoreParenCasts();
    if (const auto *T = dyn_cast<CXXThisExpr>(E))
      return T->getType()->getPointeeCXXRecordDecl() == Base;
    const auto *R = dyn_cast<DeclRefExpr>(E);
    return R && R->getDecl() == Base;
  }

  bool frees(const CallExpr *C, unsigned Argument, unsigned Depth) const {
    const FunctionDecl *Callee = C->getDirectCallee();
    if (!Callee)
      return false;
    if (Knowledge::get().Deallocators.contains(qualifiedName(*Callee)))
      return true;
    const Function *F = U.index().find(Callee);
    return F && Depth < 2 && Argument < F->Decl->getNumParams() &&
           destroys(F->Decl->getBody(), F->Decl->getParamDecl(Argument), Depth + 1);
  }

  // Busy flags

  void findBusyFlags() {
    std::vector<AccessPath> Told;
    for (const LazyInit &L : lazyInits(U))
      if (L.Excludes && L.Store->Location.Kind != AccessPath::Object)
        Told.push_back(L.Store->Location);
    for (const auto &[Location, All] : U.shared().locations()) {
      QualType T = typeOf(Location, U.context());
      if (T.isNull() || !T->isIntegralOrEnumerationType() || llvm::is_contained(Told, Location))
        continue;
      llvm::SmallPtrSet<const Function *, 4> Judged;
      for (const SharedAccess &Set : All)
        if (constantIn(Set).value_or(0) != 0 && !Judged.contains(Set.owner()))
          if (const SharedAccess *Test = excludes(Set, All)) {
            Judged.insert(Set.owner());
            Found.push_back(
                {PlainRole::BusyFlag, locationName(Location, Set), Test->In, Test->At, Set.At, Set.In});
          }
    }
  }

  std::optional<std::int64_t> constantIn(const SharedAccess &A) const {
    Expr::EvalResult Value;
    if (!A.writes() || A.Atomic || !A.Value || A.Value->isValueDependent() ||
        !A.Value->EvaluateAsInt(Value, U.context()))
      return std::nullopt;
    return Value.Val.getInt().getExtValue();
  }

  /// A place from which on the flag is set, as the function there names it.
  struct Place {
    const Function *In;
    const Expr *At;
    AccessPath Flag;
  };

  std::vector<Place> placesOf(const SharedAccess &Set) {
    const Expr *At = Set.Through.empty() ? Set.At : Set.Through.back()->Site;
    std::vector<Place> All{{Set.owner(), At, Set.Here}};
    if (!isa<CXXConstructorDecl>(Set.owner()->Decl))
      return All;
    for (const Call *C : Set.owner()->Callers) {
      U.paths().enter(C->In->Decl);
      if (auto Outside = U.paths().atCall(Set.Here, C->Site))
        All.push_back({C->In, C->Site, *Outside});
    }
    return All;
  }

  /// The test that turns others away, when the flag is set after it and cleared at the end.
  const SharedAccess *excludes(const SharedAccess &Set, const SharedState::Accesses &All) {
    SharedState &S = U.shared();
    if (!S.isConcurrent(Set) || !S.guardsOf(Set).none() || !isClearedLater(Set, All))
      return nullptr;
    for (const Place &P : placesOf(Set))
      for (const SharedAccess &Read : All)
        if (Read.What == SharedAccess::Read && !Read.Atomic && Read.In == P.In && Read.Here == P.Flag &&
            S.guardsOf(Read).none() && turnsAway(Read, P.At))
          return &Read;
    return nullptr;
  }

  bool turnsAway(const SharedAccess &Read, const Expr *SetAt) {
    return llvm::any_of(Bodies[Read.In].Branches, [&](const IfStmt *I) {
      return before(I, SetAt) && isAsked(I->getCond(), Read.At) && endsInJump(I->getThen()) &&
             !contains(I, SetAt);
    });
  }

  /// Whether the branch is taken when the flag is set: `if (o->busy)`, `if (o->busy == 1)`, `if (a ||
  /// o->busy)`.
  static bool isAsked(const Expr *Condition, const Expr *Flag) {
    Condition = Condition->IgnoreParenImpCasts();
    if (Condition == Flag->IgnoreParenImpCasts())
      return true;
    const auto *B = dyn_cast<BinaryOperator>(Condition);
    return B && (B->isLogicalOp() || B->getOpcode() == BO_EQ || B->getOpcode() == BO_NE) &&
           !isa<CXXNullPtrLiteralExpr>(B->getRHS()->IgnoreParenImpCasts()) &&
           (isAsked(B->getLHS(), Flag) || isAsked(B->getRHS(), Flag));
  }

  /// By the same function after a call, or by the object that has set it.
  bool isClearedLater(const SharedAccess &Set, const SharedState::Accesses &All) {
    const auto *Maker = dyn_cast<CXXConstructorDecl>(Set.In->Decl);
    const Decl *Destructor = Maker ? Maker->getParent()->getDestructor() : nullptr;
    if (Destructor && !Set.Through.empty())
      return cast<CXXDestructorDecl>(Destructor)->isUserProvided();
    return llvm::any_of(All, [&](const SharedAccess &Clear) {
      if (constantIn(Clear) != 0)
        return false;
      if (Destructor && Clear.In->Decl->getCanonicalDecl() == Destructor->getCanonicalDecl())
        return true;
      return Clear.In == Set.In && Clear.Through == Set.Through && before(Set.At, Clear.At) &&
             llvm::any_of(Bodies[Set.In].Calls,
                          [&](const CallExpr *C) { return before(Set.At, C) && before(C, Clear.At); });
    });
  }

  // State of locks

  void findLockStates() {
    for (const auto &[Location, All] : U.shared().locations())
      for (const SharedAccess &Late : All)
        if (const CallExpr *Release = releasedBefore(Late, All))
          Found.push_back(
              {PlainRole::LockState, locationName(Location, Late), Late.In, Late.At, Release, Late.In});
  }

  /// The call before the store that gives back a lock of the same struct. The lock has been taken by another
  /// function, which stores here too once it has it.
  const CallExpr *releasedBefore(const SharedAccess &Late, const SharedState::Accesses &All) {
    if (Late.What != SharedAccess::Write || Late.Atomic || !Late.Through.empty() ||
        !U.shared().isConcurrent(Late) || !U.shared().guardsOf(Late).none())
      return nullptr;
    U.paths().enter(Late.In->Decl);
    const CallExpr *Last = nullptr;
    for (const CallExpr *C : Bodies[Late.In].Calls) {
      auto Lock = before(C, Late.At) ? lockReleasedBy(C, U.paths()) : std::nullopt;
      const FieldDecl *Field = Lock ? fieldBeside(*Lock, Late.Here) : nullptr;
      if (Field && !isGiven(Late, Field, C) && llvm::any_of(All, [&](const SharedAccess &Set) {
            return Set.What == SharedAccess::Write && Set.In != Late.In && Set.Through.empty() &&
                   isGiven(Set, Field, Set.At);
          }))
        Last = C;
    }
    return Last;
  }

  /// The field of the lock, when it is one of the struct that the path ends in.
  static const FieldDecl *fieldBeside(AccessPath Lock, const AccessPath &P) {
    if (!Lock.Fields.empty() && !Lock.Fields.back())
      Lock.Fields.pop_back(); // a pointer to the lock
    bool Beside = Lock.Kind == P.Kind && Lock.Root == P.Root && Lock.Fields.size() == P.Fields.size() &&
                  !P.Fields.empty() && std::equal(P.Fields.begin(), P.Fields.end() - 1, Lock.Fields.begin());
    return Beside ? Lock.Fields.back() : nullptr;
  }

  /// Whether the function hands the lock of the struct to a call before, which may take it.
  bool isGiven(const SharedAccess &A, const FieldDecl *LockField, const Expr *Before) {
    U.paths().enter(A.In->Decl);
    auto Names = [&](const Expr *Argument) {
      auto P = U.paths().resolve(Argument);
      return P && fieldBeside(*P, A.Here) == LockField;
    };
    return llvm::any_of(Bodies[A.In].Calls, [&](const CallExpr *C) {
      if (!before(C, Before) || lockReleasedBy(C, U.paths()))
        return false;
      const auto *M = dyn_cast<CXXMemberCallExpr>(C);
      return (M && Names(M->getImplicitObjectArgument())) || llvm::any_of(C->arguments(), Names);
    });
  }

  Unit &U;
  const SourceManager &SM;
  llvm::MapVector<const Function *, Body> Bodies; ///< in source order
  std::vector<PlainRole> Found;
};

} // namespace

static std::vector<PlainRole> findPlainRoles(Unit &U) { return Finder(U).run(); }

const std::vector<PlainRole> &plainRoles(Unit &U) { return U.once(findPlainRoles); }

} // namespace ungil
