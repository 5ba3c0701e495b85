#include "analysis/LazyInit.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"

#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

/// A test of one memory location in the condition of a branch.
struct Test {
  AccessPath Path;    ///< as the function names it
  const Expr *Tested; ///< what has the path
  const Expr *At;
  bool TrueIsUnset;
  const IfStmt *Branch; ///< null for `c ? a : b`
  const ConditionalOperator *Choice;
};

bool isUnset(const Expr *E, const ASTContext &Context) {
  E = E->IgnoreParenCasts();
  if (isa<CXXNullPtrLiteralExpr>(E) || isa<GNUNullExpr>(E))
    return true;
  Expr::EvalResult Value;
  return !E->isValueDependent() && E->EvaluateAsInt(Value, Context) &&
         (Value.Val.getInt() == 0 || Value.Val.getInt().getExtValue() == -1);
}

bool endsInJump(const Stmt *S) {
  if (const auto *C = dyn_cast_or_null<CompoundStmt>(S))
    return !C->body_empty() && endsInJump(C->body_back());
  return S && (isa<ReturnStmt>(S) || isa<GotoStmt>(S) || isa<BreakStmt>(S) || isa<ContinueStmt>(S));
}

bool contains(const Stmt *S, const Stmt *Wanted) {
  if (S == Wanted)
    return true;
  return S &&
         llvm::any_of(S->children(), [&](const Stmt *Child) { return Child && contains(Child, Wanted); });
}

/// `x` for `*p` after `p = &x`, as Py_SETREF writes it.
const Expr *pointedTo(const Expr *E) {
  const auto *Deref = dyn_cast<UnaryOperator>(E->IgnoreParenCasts());
  const VarDecl *Pointer =
      Deref && Deref->getOpcode() == UO_Deref ? variableNamedBy(Deref->getSubExpr()) : nullptr;
  const Expr *Init = Pointer && Pointer->hasLocalStorage() ? Pointer->getInit() : nullptr;
  const auto *Address = Init ? dyn_cast<UnaryOperator>(Init->IgnoreParenCasts()) : nullptr;
  return Address && Address->getOpcode() == UO_AddrOf ? Address->getSubExpr() : E;
}

/// The index by which the expression names an element; null when it names none.
const Expr *indexOf(const Expr *E) {
  const auto *S = dyn_cast<ArraySubscriptExpr>(pointedTo(E)->IgnoreParenCasts());
  return S ? S->getIdx()->IgnoreParenImpCasts() : nullptr;
}

/// Whether the two name elements by different indices: `if (slots[i] == NULL) slots[i + 1] = …`.
bool areOtherElements(const Expr *A, const Expr *B, const ASTContext &Context) {
  const Expr *One = indexOf(A), *Other = indexOf(B);
  if (!One || !Other)
    return false;
  llvm::FoldingSetNodeID OneShape, OtherShape;
  One->Profile(OneShape, Context, true);
  Other->Profile(OtherShape, Context, true);
  return OneShape != OtherShape;
}

/// The innermost `if` with a branch that holds the statement, or only with such a then-branch.
class EnclosingIf : public BodyVisitor {
public:
  EnclosingIf(const Stmt *Wanted, const FunctionDecl &In, bool OnlyThen = false)
      : Wanted(Wanted), OnlyThen(OnlyThen) {
    TraverseStmt(In.getBody());
  }
  const IfStmt *Found = nullptr;

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitIfStmt(IfStmt *I) override {
    if (contains(I->getThen(), Wanted) || (!OnlyThen && contains(I->getElse(), Wanted)))
      Found = I;
    return true;
  }

private:
  const Stmt *Wanted;
  bool OnlyThen;
};

/// Tests and calls of one function.
class Branches : public BodyVisitor {
public:
  Branches(Unit &U, const Function &F) : U(U), F(F) { TraverseStmt(F.Decl->getBody()); }

  std::vector<Test> Tests;
  std::vector<const CallExpr *> Calls;

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitIfStmt(IfStmt *I) override {
    if (I->getCond())
      condition(I->getCond(), true, I, nullptr);
    return true;
  }
  bool VisitConditionalOperator(ConditionalOperator *C) override {
    condition(C->getCond(), true, nullptr, C);
    return true;
  }
  bool VisitCallExpr(CallExpr *C) override {
    Calls.push_back(C);
    return true;
  }

private:
  void condition(const Expr *E, bool Positive, const IfStmt *Branch, const ConditionalOperator *Choice) {
    E = E->IgnoreParenCasts(); // `UNLIKELY(bool(!x))`
    if (const auto *C = dyn_cast<CallExpr>(E);
        C && C->getDirectCallee() && C->getNumArgs() >= 1 &&
        C->getDirectCallee()->getBuiltinID() == Builtin::BI__builtin_expect)
      return condition(C->getArg(0), Positive, Branch, Choice);
    if (const auto *M = dyn_cast<CXXMemberCallExpr>(E);
        M && isa_and_nonnull<CXXConversionDecl>(M->getMethodDecl()))
      return tested(M->getImplicitObjectArgument(), !Positive, M, Branch, Choice);
    if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->getOpcode() == UO_LNot)
      return condition(U->getSubExpr(), !Positive, Branch, Choice);
    const auto *B = dyn_cast<BinaryOperator>(E);
    if (B && B->isLogicalOp()) {
      condition(B->getLHS(), Positive, Branch, Choice);
      return condition(B->getRHS(), Positive, Branch, Choice);
    }
    if (B && B->getOpcode() == BO_Assign)
      return tested(B->getRHS(), !Positive, B->getRHS(), Branch, Choice);
    if (!B)
      return tested(E, !Positive, E, Branch, Choice);
    bool Unset = isUnset(B->getRHS(), U.context());
    if (B->isEqualityOp() && (Unset || isUnset(B->getLHS(), U.context()))) {
      const Expr *Of = Unset ? B->getLHS() : B->getRHS(); // `NULL == x` too
      return tested(assigned(Of), Positive == (B->getOpcode() == BO_EQ), Of, Branch, Choice);
    }
    if (B->getOpcode() == BO_LT && Unset)
      return tested(B->getLHS(), Positive, B->getLHS(), Branch, Choice);
    if (B->getOpcode() == BO_GE && Unset)
      return tested(B->getLHS(), !Positive, B->getLHS(), Branch, Choice);
  }

  static const Expr *assigned(const Expr *E) {
    const auto *B = dyn_cast<BinaryOperator>(E->IgnoreParenImpCasts());
    return B && B->getOpcode() == BO_Assign ? B->getRHS() : E;
  }

  void tested(const Expr *E, bool TrueIsUnset, const Expr *At, const IfStmt *Branch,
              const ConditionalOperator *Choice) {
    llvm::ArrayRef<const Expr *> Copied = valuesOf(E);
    if (auto P = U.paths().resolve(E))
      Tests.push_back({*P, Copied.size() == 1 ? Copied.front() : E, At, TrueIsUnset, Branch, Choice});
    if (Copied.size() > 1)
      if (auto P = U.paths().resolve(Copied.front()); P && !P->IsAddress)
        Tests.push_back({*P, Copied.front(), At, TrueIsUnset, Branch, Choice});
  }

  /// What a local variable is given: `x = self->cache; if (!x) x = self->cache = make();`.
  llvm::ArrayRef<const Expr *> valuesOf(const Expr *E) const {
    const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
    const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
    if (!V || !V->hasLocalStorage())
      return {};
    const auto &Assigned = U.shared().freshness().valuesOf(F).Assigned;
    auto Values = Assigned.find(V);
    return Values == Assigned.end() ? llvm::ArrayRef<const Expr *>() : llvm::ArrayRef(Values->second);
  }

  Unit &U;
  const Function &F;
};

class Recogniser {
public:
  explicit Recogniser(Unit &U) : U(U), SM(U.sources()) {}

  void at(const AccessPath &Location, const SharedState::Accesses &All, std::vector<LazyInit> &Out) {
    if (isSetDuringInit(All))
      return;
    llvm::DenseSet<const Function *> Judged;
    for (const SharedAccess &A : All) {
      if (A.What != SharedAccess::Write || A.Atomic || !A.Value || isUnset(A.Value, U.context()) ||
          Judged.contains(A.owner()) || !U.shared().isConcurrent(A) || U.shared().guardsOf(A).Unknown)
        continue;
      if (auto Found = judge(Location, A)) {
        Found->Excludes = excludes(A, All);
        Found->ReliedOn = isReliedOn(A, All);
        Judged.insert(A.owner());
        Out.push_back(*Found);
      }
    }
  }

private:
  /// Whether module initialisation always stores a value, so that the branch at run time is never taken.
  bool isSetDuringInit(const SharedState::Accesses &All) const {
    return llvm::any_of(All, [&](const SharedAccess &A) {
      return A.What == SharedAccess::Write && A.Value && !isUnset(A.Value, U.context()) &&
             U.contexts().of(A.owner()) == ContextSet(Context::Init);
    });
  }

  /// Whether a number or truth value is set for as long as the function runs: it is cleared further down, or
  /// by the object whose constructor has set it.
  bool excludes(const SharedAccess &A, const SharedState::Accesses &All) const {
    if (A.Value->getType()->isPointerType() || A.Value->isValueDependent() ||
        !A.Value->isIntegerConstantExpr(U.context()))
      return false;
    if (const auto *Guard =
            A.Through.empty() ? nullptr : dyn_cast<CXXConstructExpr>(A.Through.front()->Site)) {
      const CXXDestructorDecl *Destructor = Guard->getConstructor()->getParent()->getDestructor();
      return Destructor && Destructor->isUserProvided();
    }
    const auto *Maker = dyn_cast<CXXConstructorDecl>(A.In->Decl);
    const CXXDestructorDecl *Destructor = Maker ? Maker->getParent()->getDestructor() : nullptr;
    return llvm::any_of(All, [&](const SharedAccess &Clear) {
      return Clear.What == SharedAccess::Write && Clear.Value && isUnset(Clear.Value, U.context()) &&
             ((Clear.owner() == A.owner() && before(A.At, Clear.At)) ||
              (Destructor && Clear.In->Decl->getCanonicalDecl() == Destructor->getCanonicalDecl()));
    });
  }

  bool isReliedOn(const SharedAccess &A, const SharedState::Accesses &All) {
    if (!(U.contexts().of(A.owner()) == ContextSet(Context::Escaped)))
      return false;
    return llvm::any_of(All, [&](const SharedAccess &Use) {
      auto Initialises = [&](const Call &C) {
        const Function *Callee = U.index().find(C.Callee);
        return Callee == A.In || Callee == A.owner();
      };
      return Use.What == SharedAccess::Read && Use.owner() != A.owner() && U.shared().isConcurrent(Use) &&
             llvm::none_of(Use.In->Calls, Initialises) &&
             llvm::none_of(branchesOf(*Use.In).Tests, [&](const Test &T) { return T.Path == Use.Here; });
    });
  }

  const Branches &branchesOf(const Function &F) {
    auto &Slot = Known[&F];
    if (!Slot)
      Slot = std::make_unique<Branches>(U, F);
    return *Slot;
  }

  bool before(const Stmt *A, const Stmt *B) const {
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A->getBeginLoc()),
                                        SM.getExpansionLoc(B->getBeginLoc()));
  }

  /// Whether a call in the statement sets an exception, itself or two calls further down.
  bool raises(const Stmt *S, unsigned Depth = 0) const {
    if (isa<CXXThrowExpr>(S))
      return true;
    const auto *C = dyn_cast<CallExpr>(S);
    const FunctionDecl *F = C ? C->getDirectCallee() : nullptr;
    if (F && Knowledge::get().Sharing.ErrorSetters.contains(qualifiedName(*F)))
      return true;
    if (const Function *Callee = F ? U.index().find(F) : nullptr;
        Callee && Depth < 2 && raises(Callee->Decl->getBody(), Depth + 1))
      return true;
    return llvm::any_of(S->children(), [&](const Stmt *Child) { return Child && raises(Child, Depth); });
  }

  /// A value that must not be there yet: whoever finds it gets an exception.
  bool forbids(const Test &T) const {
    const Stmt *Set = !T.Branch ? nullptr : T.TrueIsUnset ? T.Branch->getElse() : T.Branch->getThen();
    return Set && endsInJump(Set) && raises(Set);
  }

  /// Whether the store runs only when the test has found the location unset.
  bool governs(const Test &T, const Expr *Store, const Function &In) const {
    if (T.Choice)
      return contains(T.TrueIsUnset ? T.Choice->getTrueExpr() : T.Choice->getFalseExpr(), Store);
    const auto *Both = dyn_cast<BinaryOperator>(T.Branch->getCond()->IgnoreParenImpCasts());
    if (T.TrueIsUnset && Both && Both->getOpcode() == BO_LAnd && contains(Both->getRHS(), Store))
      return contains(Both->getLHS(), T.At); // `if (!x && fill() < 0)`
    const Stmt *Unset = T.TrueIsUnset ? T.Branch->getThen() : T.Branch->getElse();
    if (Unset && contains(Unset, Store))
      return true;
    if (T.TrueIsUnset || !endsInJump(T.Branch->getThen()) || contains(T.Branch, Store) ||
        !before(T.Branch, Store))
      return false;
    const IfStmt *Around = EnclosingIf(T.Branch, *In.Decl).Found;
    return !Around || contains(Around, Store);
  }

  Lockset heldThroughout(const Function &F, const Expr *Test, const Expr *Store, ContextSet Racing) {
    Lockset Both, AtStore = U.locks().at(F, Store, Racing), AtTest = U.locks().at(F, Test, Racing);
    for (const HeldLock &L : AtStore)
      for (const HeldLock &Other : AtTest)
        if (L == Other && L.Where == Other.Where)
          Both.push_back(L);
    return Both;
  }

  std::optional<LazyInit> judge(const AccessPath &Location, const SharedAccess &A) {
    const Branches &In = branchesOf(*A.In);
    AccessPath Inside = A.Here;
    if (!A.Through.empty())
      if (auto P = pathInside(A))
        Inside = *P;
    const Test *Outer = nullptr, *Guarded = nullptr;
    Lockset Held;
    for (const Test &T : In.Tests) {
      AccessPath Path = T.Path;
      Path.IsAddress = false;
      if (!(Path == Inside) || !governs(T, A.At, *A.In) || forbids(T) ||
          areOtherElements(T.Tested, lvalueOf(A), U.context()))
        continue;
      if (!Outer)
        Outer = &T;
      if (Lockset Here = heldThroughout(*A.In, T.At, A.At, SharedState::racing(Location)); !Here.empty()) {
        Guarded = &T;
        Held = std::move(Here);
      }
    }
    if (!Outer)
      return judgeCallers(Location, A, Inside);
    if (isAtomicTest(Outer->At))
      return std::nullopt;
    LazyInit L;
    L.Store = &A;
    L.Test = Outer->At;
    L.Value = payloadOf(Location, A, *Outer, *A.In);
    bool LockedOutside = llvm::any_of(A.Through, [&](const Call *C) {
      return !U.locks().at(*C->In, C->Site, SharedState::racing(A.Location)).empty();
    });
    if (LockedOutside)
      return std::nullopt;
    if (!Guarded) {
      L.What = U.shared().guardsOf(A).none() ? LazyInit::Unlocked : LazyInit::NotRetested;
      return L;
    }
    if (Guarded != Outer && U.shared().guardsAt(A, Outer->At).none()) {
      L.What = LazyInit::DoubleChecked;
      return L;
    }
    return suspended(std::move(L), A, *Guarded, Held, In);
  }

  /// The test is in a caller, the store in a helper: `if (!self->cache) fill(self);`.
  std::optional<LazyInit> judgeCallers(const AccessPath &Location, const SharedAccess &A,
                                       const AccessPath &Inside) {
    const ContextSet Racing = SharedState::racing(Location);
    for (const Call *C : A.In->Callers) {
      if (C->In == A.In || !U.contexts().of(C->In).intersects(Racing) || U.shared().isUnderContract(*C->In))
        continue;
      U.paths().enter(C->In->Decl);
      auto Path = U.paths().atCall(Inside, C->Site);
      if (!Path || U.shared().freshness().isPrivate(*C->In, *Path, C->Site, Racing))
        continue;
      for (const Test &T : branchesOf(*C->In).Tests)
        if (T.Path == *Path && governs(T, C->Site, *C->In) && !forbids(T) && !isAtomicTest(T.At) &&
            U.locks().at(*C->In, T.At, Racing).empty()) {
          LazyInit L;
          L.What = U.shared().guardsOf(A).none() ? LazyInit::Unlocked : LazyInit::NotRetested;
          L.Value = payloadOf(Location, A, T, *C->In);
          L.Store = &A;
          L.Test = T.At;
          if (L.Value == LazyInit::Flag && hasOtherUses(*A.In, Inside, Racing))
            return std::nullopt;
          return L;
        }
    }
    return std::nullopt;
  }

  /// Whether the helper that stores a flag is also called by others that do not ask for it: then it does its
  /// own work each time, and the flag tells of the last time.
  bool hasOtherUses(const Function &Helper, const AccessPath &Inside, ContextSet Racing) {
    return llvm::any_of(Helper.Callers, [&](const Call *C) {
      if (C->In == &Helper || !U.contexts().of(C->In).intersects(Racing))
        return false;
      U.paths().enter(C->In->Decl);
      auto Path = U.paths().atCall(Inside, C->Site);
      return Path && llvm::none_of(branchesOf(*C->In).Tests, [&](const Test &T) {
               return T.Path == *Path && governs(T, C->Site, *C->In);
             });
    });
  }

  static bool isAtomicTest(const Expr *E) { return E->IgnoreParens()->getType()->isAtomicType(); }

  static const Expr *lvalueOf(const SharedAccess &A) {
    const auto *B = dyn_cast<BinaryOperator>(A.At);
    return B ? B->getLHS() : A.At;
  }

  /// The path as the innermost helper names it.
  std::optional<AccessPath> pathInside(const SharedAccess &A) {
    auto P = U.paths().resolve(lvalueOf(A));
    if (P)
      P->IsAddress = false;
    return P;
  }

  /// A section that a call suspends lets another thread in, which finds the location unset too.
  std::optional<LazyInit> suspended(LazyInit L, const SharedAccess &A, const Test &Guarded,
                                    const Lockset &Held, const Branches &In) {
    if (L.Value != LazyInit::Reference ||
        llvm::any_of(Held, [](const HeldLock &Lock) { return !isCriticalSection(Lock); }))
      return std::nullopt;
    for (const CallExpr *C : In.Calls) {
      if (!before(Guarded.At, C) || !(before(C, A.At) || contains(A.Value, C)) || !suspends(C, 0))
        continue;
      if (Guarded.Branch && !governs(Guarded, C, *A.In))
        continue;
      bool Retested = llvm::any_of(In.Tests, [&](const Test &T) {
        return T.Path == Guarded.Path && before(C, T.At) && !before(A.At, T.At) && !contains(A.At, T.At);
      });
      if (Retested)
        continue;
      L.What = LazyInit::Suspended;
      L.Test = Guarded.At;
      L.Suspension = C;
      return L;
    }
    return std::nullopt;
  }

  static bool isCriticalSection(const HeldLock &L) {
    return L.Token && llvm::StringRef(typeName(L.Token->getType())).contains("ritical");
  }

  bool suspends(const Expr *Site, unsigned Depth) {
    const FunctionDecl *Callee = calleeOf(Site);
    if (!Callee)
      return false;
    if (const Function *F = U.index().find(Callee))
      return Depth < 3 && llvm::any_of(F->Calls, [&](const Call &C) { return suspends(C.Site, Depth + 1); });
    const SharingKnowledge &K = Knowledge::get().Sharing;
    std::string Name = qualifiedName(*Callee);
    return K.Suspending.contains(Name) || llvm::any_of(K.SuspendingPrefixes, [&](const std::string &Prefix) {
             return llvm::StringRef(Name).starts_with(Prefix);
           });
  }

  LazyInit::Payload payloadOf(const AccessPath &Location, const SharedAccess &A, const Test &T,
                              const Function &TestedIn) {
    QualType Type = A.At->getType();
    if (const auto *B = dyn_cast<BinaryOperator>(A.At))
      Type = B->getLHS()->getType();
    if (Type->isFunctionPointerType())
      return LazyInit::Idempotent;
    if (Type->isPointerType() || Type->isRecordType())
      return isSameForAll(A.Value) ? LazyInit::Idempotent : LazyInit::Reference;
    return isSetOnce(Location, A, T) && announcesMore(Location, T, TestedIn) ? LazyInit::Flag
                                                                             : LazyInit::Idempotent;
  }

  /// A flag that says "done" is set where the test leads, without further conditions, and not taken back
  /// there: that would be a flag for "busy" or "used up".
  bool isSetOnce(const AccessPath &Location, const SharedAccess &A, const Test &T) {
    const IfStmt *Around = EnclosingIf(A.At, *A.In->Decl).Found;
    if (Around && Around != T.Branch && !contains(Around, T.At))
      return false;
    const auto &All = U.shared().locations().find(Location)->second;
    return llvm::none_of(All, [&](const SharedAccess &Other) {
      return Other.In == A.In && Other.What == SharedAccess::Write && Other.Value &&
             isUnset(Other.Value, U.context());
    });
  }

  /// Whether other memory is filled on the way from the test to the store; what is only reset there is not.
  bool announcesMore(const AccessPath &Location, const Test &T, const Function &TestedIn) {
    for (const auto &[Other, Accesses] : U.shared().locations()) {
      if (Other == Location)
        continue;
      bool Fills = false, Resets = false;
      for (const SharedAccess &Filled : Accesses)
        if (Filled.writes() && isPartOf(T, TestedIn, Filled) && U.shared().isConcurrent(Filled))
          (Filled.Value && isUnset(Filled.Value, U.context()) ? Resets : Fills) = true;
      if (Fills && !Resets)
        return true;
    }
    return false;
  }

  /// Whether the other location is written on the way to the store, by the function or by one that it calls
  /// there.
  bool isPartOf(const Test &T, const Function &TestedIn, const SharedAccess &Filled) const {
    if (Filled.In == &TestedIn)
      return governs(T, Filled.At, TestedIn) &&
             !(Filled.Location.Kind == AccessPath::Static && Filled.Atomic);
    return llvm::any_of(Filled.In->Callers,
                        [&](const Call *C) { return C->In == &TestedIn && governs(T, C->Site, TestedIn); });
  }

  /// By its name the function hands out what is kept elsewhere, and gives no reference to it: "get_table",
  /// "get_or_create".
  static bool returnsWhatExists(const FunctionDecl &F) {
    QualType T = F.getReturnType();
    const RecordDecl *R = T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : nullptr;
    if (!T->isPointerType() || (R && isObjectStruct(R)) || !F.getIdentifier() || !hasWord(F.getName(), "get"))
      return false;
    return hasWord(F.getName(), "or") ||
           llvm::none_of(llvm::ArrayRef{"new", "create", "alloc", "copy"},
                         [&](llvm::StringRef Word) { return hasWord(F.getName(), Word); });
  }

  /// Addresses of what exists once, and results that are the same for every caller.
  bool isSameForAll(const Expr *E) const {
    E = E->IgnoreParenCasts();
    if (isa<StringLiteral>(E))
      return true;
    if (const auto *O = dyn_cast<ConditionalOperator>(E))
      return isSameForAll(O->getTrueExpr()) && isSameForAll(O->getFalseExpr());
    if (const auto *C = dyn_cast<CallExpr>(E)) {
      const FunctionDecl *F = C->getDirectCallee();
      return F && (Knowledge::get().Sharing.Interned.contains(qualifiedName(*F)) || returnsWhatExists(*F));
    }
    if (const auto *R = dyn_cast<DeclRefExpr>(E); R && isa<FunctionDecl>(R->getDecl()))
      return true;
    auto P = U.paths().resolve(E);
    return P && P->IsAddress && P->Kind == AccessPath::Static;
  }

  Unit &U;
  const SourceManager &SM;
  llvm::DenseMap<const Function *, std::unique_ptr<Branches>> Known;
};

/// What a function template says about types that it makes: with its arguments unknown, by the template's
/// name.
class TypesMade : public BodyVisitor {
public:
  const Expr *Made = nullptr;
  bool TakesLock = false;

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitVarDecl(VarDecl *V) override {
    TakesLock |= Knowledge::get().GuardTypes.contains(typeName(V->getType()));
    return true;
  }
  bool VisitExpr(Expr *E) override {
    const auto *C = dyn_cast<CXXUnresolvedConstructExpr>(E);
    const auto *T = C ? C->getTypeAsWritten()->getAs<TemplateSpecializationType>() : nullptr;
    const TemplateDecl *Template = T ? T->getTemplateName().getAsTemplateDecl() : nullptr;
    if (Template && Knowledge::get().Sharing.TypeMakers.contains(qualifiedName(*Template)))
      Made = E;
    return true;
  }
};

} // namespace

std::vector<LazyRegistration> lazyRegistrations(Unit &U) {
  std::vector<LazyRegistration> Found;
  const ContextSet Racing{Context::Alloc, Context::Reinit, Context::Concurrent, Context::Detached};
  for (const auto &F : U.index().functions())
    for (const Call &C : F->Calls) {
      if (!isa<CXXConstructExpr>(C.Site) ||
          !Knowledge::get().Sharing.TypeMakers.contains(typeName(C.Site->getType())) ||
          cast<CXXConstructExpr>(C.Site)->getConstructor()->isCopyOrMoveConstructor() ||
          !U.contexts().of(F.get()).intersects(Racing) || !U.locks().at(*F, C.Site).empty())
        continue;
      EnclosingIf Branch(C.Site, *F->Decl, true);
      if (Branch.Found)
        Found.push_back({Branch.Found->getCond(), C.Site, F.get()});
    }
  llvm::DenseSet<const FunctionDecl *> Instantiated;
  for (const auto &F : U.index().functions())
    Instantiated.insert(F->Decl->getTemplateInstantiationPattern());
  for (const auto &F : U.index().patterns()) {
    if (Instantiated.contains(F->Decl))
      continue;
    TypesMade In;
    In.TraverseStmt(F->Decl->getBody());
    if (!In.Made || In.TakesLock)
      continue;
    EnclosingIf Branch(In.Made, *F->Decl, true);
    if (Branch.Found)
      Found.push_back({Branch.Found->getCond(), In.Made, F.get()});
  }
  return Found;
}

static std::vector<LazyInit> findLazyInits(Unit &U) {
  std::vector<LazyInit> Found;
  Recogniser R(U);
  for (const auto &[Location, Accesses] : U.shared().locations())
    R.at(Location, Accesses, Found);
  return Found;
}

const std::vector<LazyInit> &lazyInits(Unit &U) { return U.once(findLazyInits); }

} // namespace ungil
