#include "analysis/LockUses.h"

#include "analysis/BodyVisitor.h"
#include "analysis/FlowGraph.h"
#include "analysis/Names.h"
#include "analysis/StateExpressions.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

/// Whether every path from there ends in a throw: what runs on it reports an error of the function's own.
static bool leadsToThrow(const Function &F, const Expr *Site) {
  if (!F.Decl->getASTContext().getLangOpts().CXXExceptions)
    return false;
  auto Graph = FlowGraph::of(F.Decl);
  const CFGBlock *Here = Graph ? Graph->blockOf(Site) : nullptr;
  if (!Here)
    return false;
  llvm::DenseSet<const CFGBlock *> Seen;
  llvm::SmallVector<const CFGBlock *, 8> Pending{Here};
  while (!Pending.empty()) {
    const CFGBlock *Block = Pending.pop_back_val();
    if (Block == &Graph->cfg().getExit())
      return false;
    if (!Seen.insert(Block).second || throwOf(*Block))
      continue;
    for (const CFGBlock *Next : Block->succs())
      if (Next)
        Pending.push_back(Next);
  }
  return true;
}

namespace {

/// Whether the pointer is to the structure of a type of an extension's own.
bool isOwnType(QualType T) {
  const RecordDecl *Record = T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : nullptr;
  return Record && isObjectStruct(Record) && Record->getName() != "_object" && Record->getName() != "PyVarObject";
}

/// What a function assigns to a variable, in source order.
class Assignments : public BodyVisitor {
public:
  explicit Assignments(const ValueDecl *V) : V(V) {}
  std::vector<const Expr *> Values;

  bool VisitVarDecl(VarDecl *Declared) override {
    if (Declared == V && Declared->getInit())
      Values.push_back(Declared->getInit());
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (const auto *R = dyn_cast<DeclRefExpr>(B->getLHS()->IgnoreParens());
        R && R->getDecl() == V && B->getOpcode() == BO_Assign)
      Values.push_back(B->getRHS());
    return true;
  }

private:
  const ValueDecl *V;
};

bool isNull(const Expr *E, const ASTContext &Context) {
  return E->isNullPointerConstant(const_cast<ASTContext &>(Context), Expr::NPC_ValueDependentIsNotNull);
}

/// Whether what a generated helper calls was looked up on an object of the unit's own type, as the methods of
/// a `with` statement are: the unit's own code runs, unless somebody has derived from the type.
bool callsOwnMethod(Unit &U, const Call &C) {
  const Expr *Callable = argumentOf(C.Site, 0);
  const auto *R = Callable ? dyn_cast<DeclRefExpr>(Callable->IgnoreParenCasts()) : nullptr;
  if (!R)
    return false;
  Assignments Made(R->getDecl());
  Made.TraverseStmt(C.In->Decl->getBody());
  const Expr *Last = nullptr;
  for (const Expr *Value : Made.Values)
    if (!isNull(Value, U.context()) &&
        U.sources().isBeforeInTranslationUnit(Value->getBeginLoc(), C.Site->getBeginLoc()))
      Last = Value;
  const FunctionDecl *Lookup = Last ? calleeOf(makerOf(Last)) : nullptr;
  const Expr *Object = Lookup ? argumentOf(makerOf(Last), 0) : nullptr;
  return Object && Lookup->getIdentifier() && Knowledge::get().MethodLookups.contains(Lookup->getName()) &&
         isOwnType(Object->IgnoreParenCasts()->getType());
}

/// Lists, sets and dictionaries that the unit itself makes and keeps.
class OwnContainers {
public:
  explicit OwnContainers(Unit &U) : U(U) {}

  /// No code of the user's is in the container, only, it may be, in what was put there.
  bool holds(const AccessPath &Path) {
    if (Path.Fields.empty())
      return false;
    return llvm::any_of(U.index().memberAssignments(), [&](const BinaryOperator *B) {
      return namedBy(B->getLHS()) == Path.Fields.back() && isFresh(B->getRHS());
    });
  }

  /// The same of what the expression names, itself or through an iterator over it.
  bool isOne(const Expr *E, const Function &In) {
    U.paths().enter(In.Decl);
    const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
    const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
    if (const Expr *Value = V ? U.paths().onlyValueOf(V) : nullptr)
      if (const FunctionDecl *Maker = calleeOf(makerOf(Value)); Maker && displayName(*Maker) == "PyObject_GetIter")
        E = argumentOf(makerOf(Value), 0);
    auto Path = U.paths().resolve(E);
    return Path && holds(*Path);
  }

  /// Whether all that the unit puts into the container is made on the way, of types that run no code of the
  /// user's when they are hashed, compared or freed.
  bool holdsLeaves(const AccessPath &Path) {
    if (!Path.Fields.empty() || Path.Kind != AccessPath::Static)
      return false;
    bool Any = false;
    for (const Call &C : U.index().externalCalls()) {
      const Expr *Container = argumentOf(C.Site, 0);
      if (!Container || !Knowledge::get().ChangesContainer.contains(qualifiedName(*C.Callee)))
        continue;
      U.paths().enter(C.In->Decl);
      auto Here = U.paths().resolve(Container);
      if (!Here || !(Here->byType() == Path.byType()))
        continue;
      for (ArgumentIndex I : Knowledge::get().Retained.lookup(qualifiedName(*C.Callee))) {
        const Expr *Put = argumentOf(C.Site, int(I));
        Any = true;
        if (!Put || !isLeaf(Put, *C.In, CallersUp))
          return false;
      }
    }
    return Any;
  }

private:
  static constexpr unsigned CallersUp = 4;

  static bool isFresh(const Expr *Value) {
    const FunctionDecl *Maker = calleeOf(makerOf(Value));
    return Maker && Maker->getIdentifier() && Knowledge::get().Fresh.contains(Maker->getName());
  }

  bool isLeaf(const Expr *E, const Function &In, unsigned Depth) {
    E = E->IgnoreParenCasts();
    if (isImmortal(E) || !E->getType()->isPointerType() || !E->getType()->getPointeeType()->isRecordType())
      return true;
    if (const FunctionDecl *Maker = calleeOf(makerOf(E)))
      return Knowledge::get().Collector.LeafResults.contains(qualifiedName(*Maker)) ||
             (displayName(*Maker) == "PyWeakref_NewRef" && isNull(argumentOf(makerOf(E), 1), U.context()));
    const auto *R = dyn_cast<DeclRefExpr>(E);
    const auto *P = R ? dyn_cast<ParmVarDecl>(R->getDecl()) : nullptr;
    if (P)
      return Depth && !In.Callers.empty() && llvm::all_of(In.Callers, [&](const Call *C) {
               const Expr *Argument = argumentOf(C->Site, int(P->getFunctionScopeIndex()));
               return Argument && isLeaf(Argument, *C->In, Depth - 1);
             });
    if (!R || !Depth)
      return false;
    Assignments Made(R->getDecl());
    Made.TraverseStmt(In.Decl->getBody());
    llvm::erase_if(Made.Values, [&](const Expr *Value) { return isNull(Value, U.context()); });
    return !Made.Values.empty() &&
           llvm::all_of(Made.Values, [&](const Expr *Value) { return isLeaf(Value, In, Depth - 1); });
  }

  Unit &U;
};

class Collector {
public:
  explicit Collector(Unit &U) : U(U), Runs(U) {}

  std::vector<LockUse> run() {
    for (const auto &F : U.index().functions())
      for (const Call &C : F->Calls)
        addWait(*F, C);
    if (Uses.empty()) // guards of the project's own take locks in functions of its own
      return {};
    for (const auto &F : U.index().functions())
      for (const Call &C : F->Calls)
        addHold(*F, C);
    findRecursive();
    return std::move(Uses);
  }

private:
  LockUse *find(const AccessPath &Lock) {
    AccessPath ByType = Lock.byType();
    auto At = llvm::find_if(Uses, [&](const LockUse &L) { return L.Lock == ByType; });
    return At == Uses.end() ? nullptr : &*At;
  }

  void addWait(const Function &F, const Call &C) {
    U.paths().enter(F.Decl);
    auto Taken = lockAcquiredBy(C.Site, U.paths());
    const Knowledge &K = Knowledge::get();
    if (!Taken || K.SuspendedLocks.contains(Taken->By) || !U.locks().reaches(F, C.Site))
      return;
    if (Taken->Lock.Kind == AccessPath::Local || Taken->Lock.Kind == AccessPath::ThreadLocal)
      return;
    LockUse *Use = find(Taken->Lock);
    if (!Use) {
      Uses.push_back({Taken->Lock.byType(), K.DetachingLocks.contains(Taken->By), false, false, {}, {}});
      Use = &Uses.back();
    }
    Use->Reentrant |= K.ReentrantLocks.contains(Taken->By) || K.ReentrantLocks.contains(Taken->LockType);
    Use->FromPython |= calledFromPython(F);
    Use->FromOtherUnits |= locksItsObject(F, *Use);
    Use->Waits.push_back({&F, C.Site->getSourceRange(), U.threadStates().at(F, C.Site), C.Site});
  }

  /// Mutexes of POSIX threads that are made with an attribute that lets their holder take them again.
  void findRecursive() {
    for (const Call &C : U.index().externalCalls())
      if (displayName(*C.Callee) == "pthread_mutexattr_settype" && asksForRecursion(argumentOf(C.Site, 1)))
        for (const Call &Made : C.In->Calls)
          if (displayName(*Made.Callee) == "pthread_mutex_init")
            markRecursive(Made, argumentOf(Made.Site, 0));
  }

  static bool asksForRecursion(const Expr *Kind) {
    const auto *R = Kind ? dyn_cast<DeclRefExpr>(Kind->IgnoreParenCasts()) : nullptr;
    return R && R->getDecl()->getIdentifier() &&
           R->getDecl()->getName().starts_with("PTHREAD_MUTEX_RECURSIVE");
  }

  void markRecursive(const Call &C, const Expr *Mutex) {
    U.paths().enter(C.In->Decl);
    auto Lock = Mutex ? U.paths().resolve(Mutex) : std::nullopt;
    if (LockUse *Use = Lock ? find(Lock->IsAddress ? Lock->pointee() : *Lock) : nullptr)
      Use->Reentrant = true;
    const auto *R = Mutex ? dyn_cast<DeclRefExpr>(Mutex->IgnoreParenCasts()) : nullptr;
    if (const auto *P = R ? dyn_cast<ParmVarDecl>(R->getDecl()) : nullptr)
      for (const Call *Caller : C.In->Callers)
        if (Caller->In != C.In)
          markRecursive(*Caller, argumentOf(Caller->Site, int(P->getFunctionScopeIndex())));
  }

  /// Slots and methods, and functions in tables that the unit hands to somebody who calls them for Python.
  bool calledFromPython(const Function &F) const {
    if (U.contexts().of(&F).intersects(
            {Context::Alloc, Context::Reinit, Context::Concurrent, Context::Exclusive}))
      return true;
    const EntryPoint *Entry = U.contexts().routeTo(&F, {Context::Escaped}).Entry;
    return Entry && !Entry->Target->Parent && (Entry->Target->InTable || !Entry->Target->AddressTaken.empty());
  }

  /// Functions of other units' that lock an object of Python's are there for the methods of its type.
  bool locksItsObject(const Function &F, const LockUse &Use) const {
    return Use.Lock.Kind == AccessPath::Object && Use.Lock.Fields.size() == 1 &&
           U.contexts().of(&F).contains(Context::Escaped);
  }

  void addHold(const Function &F, const Call &C) {
    LockHold Hold;
    if (!describe(C, Hold))
      return;
    for (const HeldLock &L : U.locks().at(F, C.Site)) {
      LockUse *Use = find(L.Lock);
      if (!Use)
        Use = addGuarded(F, C, L);
      // What a caller holds is told where the caller calls.
      if (Hold.What == LockHold::RunsPython && !F.Callers.empty() && !isIn(L.Where, F))
        continue;
      if (!Use || inIgnoredMacro(C.Site->getBeginLoc(), U.context()) || (attachesAtEnd(C) && !L.Token))
        continue;
      Hold.In = &F;
      Hold.Site = C.Site;
      Hold.Taken = L.Where;
      Hold.State = U.threadStates().at(F, C.Site);
      Use->Holds.push_back(Hold);
    }
  }

  bool isIn(SourceLocation Loc, const Function &F) const {
    SourceRange Body = F.Decl->getSourceRange();
    const SourceManager &SM = U.sources();
    Loc = SM.getExpansionLoc(Loc);
    return !SM.isBeforeInTranslationUnit(Loc, Body.getBegin()) &&
           !SM.isBeforeInTranslationUnit(Body.getEnd(), Loc);
  }

  /// A lock that a guard of the project's own took: its kind is known by the type of the lock.
  LockUse *addGuarded(const Function &F, const Call &C, const HeldLock &L) {
    const FieldDecl *Field = L.Lock.Fields.empty() ? nullptr : L.Lock.Fields.back();
    if (!L.Token || !Field || !Knowledge::get().DetachingLocks.contains(typeName(Field->getType())))
      return nullptr;
    bool FromPython = !U.contexts().of(&F).empty() && U.contexts().of(&F) != ContextSet(Context::Init);
    Uses.push_back({L.Lock.byType(), true, false, FromPython, {}, {}});
    Uses.back().Waits.push_back({&F, L.Where, U.threadStates().at(F, C.Site), nullptr});
    return &Uses.back();
  }

  /// What the call can do that the interpreter decides.
  bool describe(const Call &C, LockHold &Hold) {
    const Knowledge &K = Knowledge::get();
    if (const Function *Callee = U.index().find(C.Callee)) {
      auto Way = Runs.in(*Callee);
      if (!Way || leadsToThrow(*C.In, C.Site))
        return false;
      Hold.Name = Way->Name;
      Hold.Weak = Way->Weak || callsOwnMethod(U, C);
      Hold.Through = std::move(Way->Calls);
      return !actsOnLeaf(C, Hold.Through);
    }
    Hold.Name = displayName(*C.Callee);
    std::string Qualified = qualifiedName(*C.Callee);
    if (PythonRuns::byName(*C.Callee)) {
      Hold.Weak = Runs.isWeak(C);
      return !PythonRuns::callsBuiltIn(C.Site);
    }
    if (K.DropsReferences.contains(Qualified)) {
      Hold.What = LockHold::DropsReference;
      return dropsShared(C, Hold.Weak);
    }
    Hold.What = LockHold::Attaches;
    if (isa<CXXConstructExpr>(C.Site) && stateGuard(C.Site->getType())) {
      Hold.Name = typeName(C.Site->getType());
      return !cast<CXXConstructExpr>(C.Site)->getConstructor()->isCopyOrMoveConstructor();
    }
    const StateOperation *Operation = U.threadStates().api().operationOf(C.Callee);
    return Operation &&
           (Operation->What == StateOperation::Attach || Operation->What == StateOperation::Ensure);
  }

  /// Whether the call makes an object that detaches, and attaches when it dies: before the lock is given back
  /// only when the lock's own guard was there first.
  static bool attachesAtEnd(const Call &C) {
    const StateOperation::Kind *Guard =
        isa<CXXConstructExpr>(C.Site) ? stateGuard(C.Site->getType()) : nullptr;
    return Guard && *Guard == StateOperation::Detach;
  }

  /// Whether what the last call works on was made on the way down to it, as a number or string of Python's
  /// own: no code of the user's runs for those.
  bool actsOnLeaf(const Call &Outermost, const std::vector<const Call *> &Through) {
    const Expr *Object = Through.empty() ? nullptr : argumentOf(Through.back()->Site, 0);
    for (std::size_t I = Through.size(); Object; --I) {
      const Call &Here = I ? *Through[I - 1] : Outermost;
      U.paths().enter(Here.In->Decl);
      Object = Object->IgnoreParenCasts();
      const auto *R = dyn_cast<DeclRefExpr>(Object);
      const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
      const auto *P = dyn_cast_or_null<ParmVarDecl>(V);
      if (V && !P)
        Object = U.paths().onlyValueOf(V);
      if (!P || I == 0)
        break;
      Object = argumentOf(I == 1 ? Outermost.Site : Through[I - 2]->Site, int(P->getFunctionScopeIndex()));
    }
    const auto *Maker = Object ? dyn_cast<CallExpr>(Object->IgnoreParenCasts()) : nullptr;
    return Maker && Maker->getDirectCallee() &&
           Knowledge::get().Collector.LeafResults.contains(qualifiedName(*Maker->getDirectCallee()));
  }

  /// Whether the object comes from memory that others see: only then can it be of any type. Weak when its type
  /// is one of the unit's own, or when it is an element that the unit made of a type of Python's own.
  bool dropsShared(const Call &C, bool &Weak) {
    const auto *Site = dyn_cast<CallExpr>(C.Site);
    U.paths().enter(C.In->Decl);
    auto Path = Site && Site->getNumArgs() ? U.paths().resolve(Site->getArg(0)) : std::nullopt;
    if (!Path || Path->IsAddress) // an object of the unit's own memory is never freed
      return false;
    AccessPath ByType = Path->byType();
    const ValueDecl *Holder = dyn_cast_or_null<VarDecl>(Path->Root);
    if (!Path->Fields.empty())
      Holder = Path->Fields.back();
    Weak = (Holder && isOwnType(Holder->getType())) || OwnContainers(U).holds(*Path) ||
           OwnContainers(U).holdsLeaves(*Path);
    return ByType.Kind == AccessPath::Static || ByType.Kind == AccessPath::ModuleState ||
           (ByType.Kind == AccessPath::Object && !ByType.Fields.empty());
  }

  Unit &U;
  PythonRuns Runs;
  std::vector<LockUse> Uses;
};

} // namespace

bool PythonRuns::byName(const FunctionDecl &F) {
  const Knowledge &K = Knowledge::get();
  std::string Name = qualifiedName(F);
  return K.RunsPython.contains(Name) && !K.CallableDetached.contains(Name);
}

bool PythonRuns::callsBuiltIn(const Expr *Site) {
  const Expr *Callable = argumentOf(Site, 0);
  Callable = Callable ? Callable->IgnoreParenCasts() : nullptr;
  if (const auto *U = dyn_cast_or_null<UnaryOperator>(Callable); U && U->getOpcode() == UO_AddrOf)
    return typeName(U->getType()->getPointeeType()) == "_typeobject"; // the tag of PyTypeObject
  const auto *R = dyn_cast_or_null<DeclRefExpr>(Callable);
  return R && R->getDecl()->getIdentifier() &&
         Knowledge::get().BuiltInCallables.contains(R->getDecl()->getName());
}

bool PythonRuns::isWeak(const Call &C) {
  const Expr *Object = argumentOf(C.Site, 0);
  return Object && OwnContainers(U).isOne(Object, *C.In);
}

/// The way from the call on.
std::optional<PythonRuns::Way> PythonRuns::through(const Call &C) {
  if (const Function *Callee = U.index().find(C.Callee)) {
    auto Inside = in(*Callee);
    if (Inside)
      Inside->Weak |= callsOwnMethod(U, C);
    return Inside;
  }
  if (!byName(*C.Callee) || callsBuiltIn(C.Site))
    return std::nullopt;
  return Way{{}, displayName(*C.Callee), isWeak(C)};
}

std::optional<PythonRuns::Way> PythonRuns::in(const Function &F) {
  auto [At, New] = Known.try_emplace(&F, std::nullopt);
  if (!New)
    return At->second;
  if (F.Decl->getIdentifier() && Knowledge::get().GeneratedHelpers.contains(F.Decl->getName()))
    return std::nullopt;
  std::optional<Way> Found;
  for (const Call &C : F.Calls) {
    if (!U.locks().reaches(F, C.Site) || inIgnoredMacro(C.Site->getBeginLoc(), U.context()))
      continue;
    auto Here = through(C);
    if (!Here || (Found && Here->Weak) || leadsToThrow(F, C.Site))
      continue;
    Found = std::move(Here);
    Found->Calls.insert(Found->Calls.begin(), &C);
    if (!Found->Weak)
      break;
  }
  return Known[&F] = Found;
}

std::vector<LockUse> lockUses(Unit &U) { return Collector(U).run(); }

} // namespace ungil
