#include "analysis/Locksets.h"

#include "analysis/Annotations.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"

#include <algorithm>
#include <set>

namespace ungil {

using namespace clang;

namespace {

void insert(Lockset &Set, HeldLock Lock) {
  auto At = std::lower_bound(Set.begin(), Set.end(), Lock);
  if (At == Set.end() || !(*At == Lock))
    Set.insert(At, std::move(Lock));
}

/// A lock that is held by contract and that nobody names: it is equal to every lock.
const HeldLock UnnamedLock;

bool holdsUnnamed(const Lockset &Held) { return llvm::is_contained(Held, UnnamedLock); }

Lockset intersection(const Lockset &A, const Lockset &B) {
  if (holdsUnnamed(A))
    return B;
  if (holdsUnnamed(B))
    return A;
  Lockset Both;
  std::set_intersection(A.begin(), A.end(), B.begin(), B.end(), std::back_inserter(Both));
  for (HeldLock &L : Both)
    L.Shared |= std::lower_bound(B.begin(), B.end(), L)->Shared;
  return Both;
}

/// A handle given by value stands for the same object as the handle that it is copied from.
const Expr *copiedFrom(const Expr *Argument) {
  for (;;) {
    Argument = Argument->IgnoreParenImpCasts()->IgnoreImplicit();
    const auto *C = dyn_cast<CXXConstructExpr>(Argument);
    if (!C || C->getNumArgs() != 1 || !C->getConstructor()->isCopyOrMoveConstructor())
      return Argument;
    Argument = C->getArg(0);
  }
}

/// A lock given by pointer is what the pointer points to; a lock given by reference is itself. A lock that a
/// function without arguments returns is known by that function.
std::optional<AccessPath> lockNamedBy(const Expr *Argument, const PathResolver &Paths) {
  if (!Argument)
    return std::nullopt;
  Argument = copiedFrom(Argument);
  if (auto P = Paths.resolve(Argument))
    return Argument->getType()->isPointerType() || P->IsAddress ? P->pointee() : *P;
  const auto *C = dyn_cast<CallExpr>(Argument->IgnoreParenCasts());
  if (C && C->getNumArgs() == 0 && C->getDirectCallee())
    return AccessPath{AccessPath::Static, C->getDirectCallee()->getCanonicalDecl(), {}, false};
  return std::nullopt;
}

/// What a call does to a lock, if analysis/knowledge knows the callee.
std::optional<LockEffect> knownEffect(const Expr *Site) {
  const FunctionDecl *Callee = calleeOf(Site);
  if (!Callee)
    return std::nullopt;
  const Knowledge &K = Knowledge::get();
  if (auto Known = K.LockFunctions.find(qualifiedName(*Callee)); Known != K.LockFunctions.end())
    return Known->second;
  const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
  if (!Method || !Method->getIdentifier() || !K.LockTypes.contains(qualifiedName(*Method->getParent())))
    return std::nullopt;
  auto Known = K.LockMethods.find(Method->getName());
  if (Known == K.LockMethods.end())
    return std::nullopt;
  LockEffect Effect;
  Effect.What = Known->second;
  Effect.Lock = ThisArgument;
  return Effect;
}

/// The lock that a call takes or gives back. When it has no arguments, the function that takes the lock
/// stands for it.
std::optional<AccessPath> lockOf(const Expr *Site, const LockEffect &Effect, const PathResolver &Paths) {
  const FunctionDecl *Callee = calleeOf(Site);
  if (Effect.OneLockOf.empty() || Callee->getNumParams() != 0)
    return lockNamedBy(argumentOf(Site, Effect.Lock), Paths);
  llvm::StringRef Name = llvm::StringRef(Effect.OneLockOf).rsplit("::").second;
  if (Name.empty())
    Name = Effect.OneLockOf;
  for (const NamedDecl *D : Callee->getDeclContext()->lookup(&Callee->getASTContext().Idents.get(Name)))
    if (isa<FunctionDecl>(D))
      return AccessPath{AccessPath::Static, D->getCanonicalDecl(), {}, false};
  return std::nullopt;
}

bool isConstantZero(const Expr *E, const ASTContext &Context) {
  Expr::EvalResult Value;
  return E &&
         ((E->EvaluateAsInt(Value, Context) && Value.Val.getInt() == 0) ||
          E->isNullPointerConstant(const_cast<ASTContext &>(Context), Expr::NPC_ValueDependentIsNotNull));
}

/// Whether the lock lets others read at the same time, as the function that takes it or the guard's type
/// says.
bool isForReading(const Expr *Site) {
  const llvm::StringSet<> &Known = Knowledge::get().SharedLocks;
  if (isa<CXXConstructExpr>(Site))
    return Known.contains(typeName(Site->getType()));
  const FunctionDecl *Callee = calleeOf(Site);
  return Callee && Callee->getIdentifier() && Known.contains(Callee->getName());
}

bool isGuard(const VarDecl *V) { return Knowledge::get().GuardTypes.contains(typeName(V->getType())); }

const CXXConstructExpr *constructionOf(const VarDecl *V) {
  return V->getInit() ? dyn_cast<CXXConstructExpr>(V->getInit()->IgnoreImplicit()) : nullptr;
}

const VarDecl *variableNamedBy(const Expr *E) {
  if (!E)
    return nullptr;
  E = E->IgnoreParenCasts();
  if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->getOpcode() == UO_AddrOf)
    E = U->getSubExpr()->IgnoreParenCasts();
  const auto *R = dyn_cast<DeclRefExpr>(E);
  return R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
}

/// `f(x)`, `!f(x)`, `f(x) == 0` …: the call and whether a nonzero result takes the true branch.
std::pair<const Expr *, bool> testedCall(const Expr *Condition, const ASTContext &Context) {
  bool Positive = true;
  for (;;) {
    Condition = Condition->IgnoreParenImpCasts();
    if (const auto *U = dyn_cast<UnaryOperator>(Condition); U && U->getOpcode() == UO_LNot) {
      Positive = !Positive;
      Condition = U->getSubExpr();
    } else if (const auto *B = dyn_cast<BinaryOperator>(Condition);
               B && B->isEqualityOp() && isConstantZero(B->getRHS()->IgnoreParenImpCasts(), Context)) {
      Positive ^= B->getOpcode() == BO_EQ;
      Condition = B->getLHS();
    } else {
      return {Condition, Positive};
    }
  }
}

} // namespace

bool isNamedAsHeld(const FunctionDecl &F) {
  std::string Name = F.getNameAsString();
  auto EndsName = [&](const std::string &Suffix) { return llvm::StringRef(Name).ends_with(Suffix); };
  return llvm::any_of(Knowledge::get().HeldByContractSuffixes, EndsName) &&
         llvm::none_of(Knowledge::get().HeldByContractQuestions, EndsName);
}

bool isHeldByContract(const FunctionDecl &F) { return isDeclaredUnderLock(F) || isNamedAsHeld(F); }

const HeldLock *commonLock(const Lockset &A, const Lockset &B) {
  for (const HeldLock &L : A)
    for (const HeldLock &Other : B)
      if (L == UnnamedLock || Other == UnnamedLock || L.Lock.byType() == Other.Lock.byType())
        return &L;
  return nullptr;
}

std::optional<LockAcquisition> lockAcquiredBy(const Expr *Site, const PathResolver &Paths) {
  const auto *Construction = dyn_cast<CXXConstructExpr>(Site);
  const Expr *Argument = nullptr;
  std::string By;
  if (Construction && Knowledge::get().GuardTypes.contains(typeName(Site->getType()))) {
    if (Construction->getNumArgs() != 1) // with a tag the guard does not wait
      return std::nullopt;
    Argument = Construction->getArg(0);
    By = typeName(Site->getType());
  } else if (auto Effect = knownEffect(Site); Effect && Effect->What == LockEffect::Acquire) {
    if (Effect->WaitsIf &&
        isConstantZero(argumentOf(Site, *Effect->WaitsIf), calleeOf(Site)->getASTContext()))
      return std::nullopt;
    Argument = argumentOf(Site, Effect->Lock);
    By = qualifiedName(*calleeOf(Site));
  }
  auto Lock = Argument ? lockNamedBy(Argument, Paths) : std::nullopt;
  if (!Lock)
    return std::nullopt;
  return LockAcquisition{std::move(*Lock), std::move(By), typeName(Argument->getType())};
}

std::optional<AccessPath> lockReleasedBy(const Expr *Site, const PathResolver &Paths) {
  auto Effect = knownEffect(Site);
  return Effect && Effect->What == LockEffect::Release ? lockOf(Site, *Effect, Paths) : std::nullopt;
}

struct Locksets::Facts {
  std::unique_ptr<FlowGraph> Graph;
  llvm::DenseMap<const Stmt *, Lockset> Held;
  Summary Effect;
  enum { Unseen, Running, Done } Flow = Unseen;
  std::vector<std::pair<ContextSet, Lockset>> Entry;
  bool EntryRunning = false;
  std::optional<bool> ByContract; ///< isHeldByContract()
};

/// The data-flow of one function, from an empty lockset.
class LockFlow {
public:
  using State = Lockset;

  LockFlow(Locksets &All, Locksets::Facts &Out, const ASTContext &Context)
      : All(All), Out(Out), Context(Context) {}

  State entry() { return {}; }

  bool join(State &Into, const State &From) {
    State Both = intersection(Into, From);
    bool Changed = Both.size() != Into.size();
    Into = std::move(Both);
    return Changed;
  }

  void apply(State &Now, const CFGElement &Element) {
    if (auto Dtor = Element.getAs<CFGAutomaticObjDtor>())
      return releaseToken(Now, Dtor->getVarDecl());
    auto Statement = Element.getAs<CFGStmt>();
    if (!Statement)
      return;
    if (const auto *D = dyn_cast<DeclStmt>(Statement->getStmt()))
      for (const Decl *Declared : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Declared))
          construct(Now, V);
    if (const auto *B = dyn_cast<BinaryOperator>(Statement->getStmt()); B && B->getOpcode() == BO_Assign)
      keep(Now, variableNamedBy(B->getLHS()), B->getRHS());
    if (const auto *C = dyn_cast<CallExpr>(Statement->getStmt()))
      call(Now, C);
    if (const auto *C = dyn_cast<CXXConstructExpr>(Statement->getStmt()))
      constructSelf(Now, C);
  }

  void applyEdge(State &Now, const CFGBlock &From, unsigned Successor) {
    const Stmt *Condition = From.getTerminatorCondition();
    if (!Condition || From.succ_size() != 2 || !isa<Expr>(Condition))
      return;
    auto [Tested, Positive] = testedCall(cast<Expr>(Condition), Context);
    bool Nonzero = Positive == (Successor == 0);
    if (auto Effect = knownEffect(Tested);
        Effect && (Effect->What == LockEffect::Try || isTry(*Effect, Tested))) {
      if (Effect->SucceedsWithZero != Nonzero)
        acquire(Now, argumentOf(Tested, Effect->Lock), nullptr, Tested);
      return;
    }
    if (const VarDecl *Guard = Nonzero ? guardAskedBy(Tested) : nullptr)
      return reacquire(Now, Guard);
    // A lock that is NULL is not needed: `if (lock) acquire(lock);` holds it on both branches.
    if (!Nonzero && Tested->getType()->isPointerType())
      if (auto Lock = lockNamedBy(Tested, All.Paths); Lock && LocksHere.count(*Lock))
        insert(Now, {*Lock, nullptr, Tested->getBeginLoc()});
  }

  void visit(const State &Now, const CFGElement &Element) {
    if (auto Statement = Element.getAs<CFGStmt>(); Statement && !Now.empty())
      Out.Held[Statement->getStmt()] = Now;
  }

  void leave(const State &Now) {
    for (const HeldLock &L : Now)
      if (L.Lock.Kind != AccessPath::Local &&
          !(L.Token && L.Token->hasLocalStorage() && !isa<ParmVarDecl>(L.Token)))
        Out.Effect.Acquires.push_back(L);
  }

  void collectLocks(const Function &F) {
    for (const Call &C : F.Calls) {
      if (auto Effect = knownEffect(C.Site); Effect && Effect->What != LockEffect::EndSection)
        if (auto Lock = lockNamedBy(argumentOf(C.Site, Effect->Lock), All.Paths))
          LocksHere.insert(*Lock);
      for (const HeldLock &L : All.summaryOf(All.Index.find(C.Callee)).Acquires)
        if (auto Here = All.Paths.atCall(L.Lock, C.Site))
          LocksHere.insert(*Here);
    }
  }

private:
  bool isTry(const LockEffect &Effect, const Expr *Site) const {
    return Effect.WaitsIf && isConstantZero(argumentOf(Site, *Effect.WaitsIf), Context);
  }

  void acquire(State &Now, const Expr *Argument, const VarDecl *Token, const Expr *Site) {
    if (auto Lock = lockNamedBy(Argument, All.Paths))
      insert(Now, {*Lock, Token, Site->getBeginLoc(), isForReading(Site)});
  }

  void release(State &Now, const AccessPath &Lock) {
    std::size_t Before = Now.size();
    llvm::erase_if(Now, [&](const HeldLock &L) { return L.Lock == Lock; });
    if (Now.size() == Before && !llvm::is_contained(Out.Effect.Releases, Lock))
      Out.Effect.Releases.push_back(Lock);
  }

  void releaseToken(State &Now, const VarDecl *Token) {
    llvm::erase_if(Now, [&](const HeldLock &L) { return L.Token == Token; });
  }

  /// The variable that is given the result of an acquisition stands for the lock.
  void keep(State &Now, const VarDecl *V, const Expr *Value) {
    const auto *C = dyn_cast<CallExpr>(Value->IgnoreParenCasts());
    auto Effect = V && C ? knownEffect(C) : std::nullopt;
    if (Effect && Effect->ByToken && Effect->What == LockEffect::Acquire)
      acquire(Now, argumentOf(C, Effect->Lock), V, C);
  }

  void construct(State &Now, const VarDecl *V) {
    const CXXConstructExpr *Construction = constructionOf(V);
    if (!Construction)
      return V->getInit() ? keep(Now, V, V->getInit()) : void();
    if (isGuard(V))
      return guard(Now, V, Construction);
    const Function *Constructor = All.Index.find(Construction->getConstructor());
    for (const HeldLock &L : All.summaryOf(Constructor).Acquires)
      insert(Now, {memberOfGuard(L.Lock, Construction, V), V, V->getLocation(), L.Shared});
  }

  /// A constructor that leaves the locking to its base class or to another constructor.
  void constructSelf(State &Now, const CXXConstructExpr *C) {
    if (C->getConstructionKind() == CXXConstructionKind::Complete)
      return;
    if (Knowledge::get().GuardTypes.contains(typeName(C->getType())))
      for (const Expr *Argument : C->arguments())
        acquire(Now, Argument, nullptr, C);
    for (const HeldLock &L : All.summaryOf(All.Index.find(C->getConstructor())).Acquires)
      if (auto Here = L.Lock.Kind == AccessPath::This ? L.Lock : All.Paths.atCall(L.Lock, C))
        insert(Now, {*Here, nullptr, C->getBeginLoc(), L.Shared});
  }

  void guard(State &Now, const VarDecl *V, const CXXConstructExpr *Construction) {
    for (const Expr *Argument : Construction->arguments())
      if (Knowledge::get().OpenGuardTags.contains(typeName(Argument->getType())))
        return;
    for (const Expr *Argument : Construction->arguments())
      acquire(Now, Argument, V, Construction);
    if (Construction->getNumArgs() == 0 &&
        llvm::is_contained(Knowledge::get().OfProject.Guards, typeName(V->getType())))
      insert(Now, {{AccessPath::Static, V->getType()->getAsCXXRecordDecl()->getCanonicalDecl(), {}, false},
                   V,
                   V->getLocation()});
  }

  /// A lock that a constructor takes through a member is known to the caller by what the member was made
  /// from.
  AccessPath memberOfGuard(const AccessPath &Lock, const CXXConstructExpr *Construction, const VarDecl *V) {
    if (Lock.Kind == AccessPath::This && !Lock.Fields.empty())
      for (const CXXCtorInitializer *Init : Construction->getConstructor()->inits()) {
        const FieldDecl *Member = llvm::is_contained(Lock.Fields, nullptr) && !Lock.Fields.front()
                                      ? Lock.Fields[1]
                                      : Lock.Fields.front();
        if (Init->getAnyMember() != Member)
          continue;
        if (auto Made = lockNamedBy(Init->getInit(), All.Paths))
          if (auto Outside = All.Paths.atCall(*Made, Construction))
            return Outside->IsAddress ? Outside->pointee() : *Outside;
      }
    if (auto Outside = All.Paths.atCall(Lock, Construction))
      return *Outside;
    return {AccessPath::Local, V, Lock.Fields, false};
  }

  void call(State &Now, const CallExpr *Site) {
    if (auto Effect = knownEffect(Site))
      return known(Now, Site, *Effect);
    if (const auto *M = dyn_cast<CXXMemberCallExpr>(Site))
      if (const VarDecl *V = variableNamedBy(M->getImplicitObjectArgument()); V && isGuard(V))
        return guardMethod(Now, M, V);
    const Locksets::Summary &Effect = All.summaryOf(All.Index.find(Site->getDirectCallee()));
    for (const AccessPath &Lock : Effect.Releases)
      if (auto Here = All.Paths.atCall(Lock, Site))
        release(Now, *Here);
    for (const HeldLock &L : Effect.Acquires)
      if (auto Here = All.Paths.atCall(L.Lock, Site))
        insert(Now, {*Here, nullptr, Site->getBeginLoc(), L.Shared});
  }

  void known(State &Now, const CallExpr *Site, const LockEffect &Effect) {
    const VarDecl *Section = Effect.Section ? variableNamedBy(argumentOf(Site, *Effect.Section)) : nullptr;
    switch (Effect.What) {
    case LockEffect::Acquire:
      if (isTry(Effect, Site) || Effect.ByToken) // what keeps the token acquires
        return;
      if (auto Lock = lockOf(Site, Effect, All.Paths))
        insert(Now, {*Lock, Section, Site->getBeginLoc(), isForReading(Site)});
      if (Effect.AlsoLock)
        acquire(Now, argumentOf(Site, *Effect.AlsoLock), Section, Site);
      return;
    case LockEffect::Release:
      if (const VarDecl *Token = Effect.ByToken ? variableNamedBy(argumentOf(Site, Effect.Lock)) : nullptr)
        releaseToken(Now, Token);
      else if (auto Lock = lockOf(Site, Effect, All.Paths))
        release(Now, *Lock);
      return;
    case LockEffect::EndSection:
      return releaseToken(Now, Section);
    case LockEffect::Try:
      return; // the branch on its result decides
    }
  }

  void guardMethod(State &Now, const CXXMemberCallExpr *Site, const VarDecl *V) {
    const CXXMethodDecl *Method = Site->getMethodDecl();
    auto Known = Method && Method->getIdentifier() ? Knowledge::get().LockMethods.find(Method->getName())
                                                   : Knowledge::get().LockMethods.end();
    if (Known == Knowledge::get().LockMethods.end())
      return;
    if (Known->second == LockEffect::Release)
      releaseToken(Now, V);
    else if (Known->second == LockEffect::Acquire)
      reacquire(Now, V);
  }

  /// The lock that the guard was made for.
  void reacquire(State &Now, const VarDecl *Guard) {
    const CXXConstructExpr *Construction = constructionOf(Guard);
    if (Construction && Construction->getNumArgs())
      acquire(Now, Construction->getArg(0), Guard, Construction);
  }

  /// `guard.owns_lock()`, `guard.try_lock()`, `if (guard)`: the guard whose lock is held when it is true.
  static const VarDecl *guardAskedBy(const Expr *Tested) {
    const auto *M = dyn_cast<CXXMemberCallExpr>(Tested->IgnoreParenImpCasts());
    const CXXMethodDecl *Method = M ? M->getMethodDecl() : nullptr;
    const VarDecl *V = Method ? variableNamedBy(M->getImplicitObjectArgument()) : nullptr;
    return V && isGuard(V) && Method->getReturnType()->isBooleanType() ? V : nullptr;
  }

  Locksets &All;
  Locksets::Facts &Out;
  const ASTContext &Context;
  std::set<AccessPath> LocksHere;
};

/// The critical section of the object that the function gets as that argument.
static std::optional<AccessPath> sectionOf(const FunctionDecl &F, int Argument) {
  if (Argument == ThisArgument)
    return AccessPath{AccessPath::This, nullptr, {nullptr}, false};
  if (Argument < 0 || unsigned(Argument) >= F.getNumParams())
    return std::nullopt;
  const ParmVarDecl *P = F.getParamDecl(unsigned(Argument));
  AccessPath Object{AccessPath::Parameter, P->getCanonicalDecl(), {}, false};
  if (P->getType()->isPointerType())
    Object.Fields.push_back(nullptr);
  return Object;
}

Locksets::Locksets(const UnitIndex &Index, const EntryPoints &Entries, const Contexts &Reach,
                   const PathResolver &Paths)
    : Index(Index), Reach(Reach), Paths(Paths) {
  for (const EntryPoint &Point : Entries.all()) {
    EnteredIn[Point.Target].add(Point.Where);
    Lockset Around;
    for (int Argument : Point.Locked)
      if (auto Lock = sectionOf(*Point.Target->Decl, Argument))
        insert(Around, {*Lock, nullptr, Point.Registered});
    auto [At, New] = BoundUnder.try_emplace(Point.Target, Around);
    if (!New)
      At->second = intersection(At->second, Around);
  }
  findLockUsers();
}

Locksets::~Locksets() = default;

void Locksets::findLockUsers() {
  std::vector<const Function *> Pending;
  auto Add = [&](const Function *F) {
    if (UsesLocks.insert(F).second)
      Pending.push_back(F);
  };
  auto TakesLock = [](const Call &C) {
    bool BuildsGuard =
        isa<CXXConstructExpr>(C.Site) && Knowledge::get().GuardTypes.contains(typeName(C.Site->getType()));
    return BuildsGuard || knownEffect(C.Site);
  };
  for (const Call &C : Index.externalCalls())
    if (TakesLock(C))
      Add(C.In);
  const ProjectLocks &OfProject = Knowledge::get().OfProject;
  if (!OfProject.Functions.empty() || !OfProject.Guards.empty())
    for (const auto &F : Index.functions()) // the project may define them itself
      if (llvm::any_of(F->Calls, TakesLock))
        Add(F.get());
  while (!Pending.empty()) {
    const Function *F = Pending.back();
    Pending.pop_back();
    for (const Call *Caller : F->Callers)
      Add(Caller->In);
  }
}

Locksets::Facts &Locksets::factsOf(const Function &F) {
  auto &Slot = Known[&F];
  if (!Slot)
    Slot = std::make_unique<Facts>();
  Facts &Out = *Slot;
  if (Out.Flow != Facts::Unseen)
    return Out;
  Out.Flow = Facts::Running;
  Paths.enter(F.Decl);
  Out.Graph = FlowGraph::of(F.Decl);
  if (Out.Graph && UsesLocks.contains(&F)) {
    LockFlow Flow(*this, Out, Index.context());
    Flow.collectLocks(F);
    if (!solveForward(Out.Graph->cfg(), Flow))
      ++GivenUp;
  }
  Out.Flow = Facts::Done;
  return Out;
}

const Locksets::Summary &Locksets::summaryOf(const Function *F) {
  static const Summary None;
  if (!F || !UsesLocks.contains(F))
    return None;
  Facts &Of = factsOf(*F);
  return Of.Flow == Facts::Done ? Of.Effect : None;
}

Lockset Locksets::atCallSite(const Call &C, const Function &Callee, ContextSet Racing) {
  Lockset Inside;
  for (HeldLock &L : at(*C.In, C.Site, Racing))
    if (L == UnnamedLock)
      insert(Inside, L);
    else if (auto P = Paths.inCallee(L.Lock, Callee.Decl, C.Site))
      insert(Inside, {*P, nullptr, L.Where, L.Shared});
  const FunctionDecl *Direct = calleeOf(C.Site);
  if (!Direct || Direct->getCanonicalDecl() == C.Callee)
    return Inside;
  auto Callbacks = Knowledge::get().Callbacks.find(qualifiedName(*Direct));
  if (Callbacks != Knowledge::get().Callbacks.end())
    for (const Callback &Passed : Callbacks->second)
      if (Passed.Once)
        if (auto Flag = lockNamedBy(argumentOf(C.Site, *Passed.Once), Paths))
          insert(Inside, {*Flag, nullptr, C.Site->getBeginLoc()});
  return Inside;
}

Lockset Locksets::atEntry(const Function &F, ContextSet Racing) {
  Facts &Of = factsOf(F);
  if (!Of.ByContract)
    Of.ByContract = isHeldByContract(*F.Decl);
  if (*Of.ByContract)
    return {UnnamedLock};
  if (EnteredIn.lookup(&F).intersects(Racing))
    return BoundUnder.lookup(&F);
  for (const auto &[Contexts, Known] : Of.Entry)
    if (Contexts == Racing)
      return Known;
  if (Of.EntryRunning)
    return {};
  Of.EntryRunning = true;
  std::optional<Lockset> Common;
  for (const Call *C : F.Callers) {
    if (C->In == &F || !Reach.of(C->In).intersects(Racing))
      continue;
    Lockset Here = atCallSite(*C, F, Racing);
    Common = Common ? intersection(*Common, Here) : std::move(Here);
  }
  Of.EntryRunning = false;
  Of.Entry.emplace_back(Racing, Common.value_or(Lockset()));
  return Of.Entry.back().second;
}

/// Graphs have no elements for parentheses.
static const Stmt *element(const Stmt *S) {
  const auto *E = dyn_cast<Expr>(S);
  return E ? E->IgnoreParens() : S;
}

Lockset Locksets::within(const Function &F, const Stmt *S) { return factsOf(F).Held.lookup(element(S)); }

Lockset Locksets::at(const Function &F, const Stmt *S, ContextSet Racing) {
  Lockset Held = within(F, S);
  for (HeldLock &L : atEntry(F, Racing))
    insert(Held, std::move(L));
  return Held;
}

bool Locksets::reaches(const Function &F, const Stmt *S) {
  Facts &Of = factsOf(F);
  return !Of.Graph || Of.Graph->reaches(element(S));
}

} // namespace ungil
