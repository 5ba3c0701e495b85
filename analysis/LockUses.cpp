#include "analysis/LockUses.h"

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

  /// Slots and methods, and functions in tables that the unit hands to somebody who calls them for Python.
  bool calledFromPython(const Function &F) const {
    if (U.contexts().of(&F).intersects(
            {Context::Alloc, Context::Reinit, Context::Concurrent, Context::Exclusive}))
      return true;
    const EntryPoint *Entry = U.contexts().routeTo(&F, {Context::Escaped}).Entry;
    return Entry && (Entry->Target->InTable || !Entry->Target->AddressTaken.empty());
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
      Hold.OfElements = Hold.Through.empty() && worksOnOwnContainer(C);
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
      Hold.Through = std::move(Way->Calls);
      return !actsOnLeaf(C, Hold.Through);
    }
    Hold.Name = displayName(*C.Callee);
    std::string Qualified = qualifiedName(*C.Callee);
    if (PythonRuns::byName(*C.Callee))
      return !PythonRuns::callsBuiltIn(C.Site);
    if (K.DropsReferences.contains(Qualified)) {
      Hold.What = LockHold::DropsReference;
      return dropsShared(C.Site);
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

  /// Whether the call works on a list, set or dictionary that the unit itself made and keeps: no code of the
  /// user's is in the container, only, it may be, in what was put there.
  bool worksOnOwnContainer(const Call &C) {
    const Expr *Object = argumentOf(C.Site, 0);
    U.paths().enter(C.In->Decl);
    auto Path = Object ? U.paths().resolve(Object) : std::nullopt;
    if (!Path || Path->Fields.empty())
      return false;
    return llvm::any_of(U.index().memberAssignments(), [&](const BinaryOperator *B) {
      const FunctionDecl *Maker =
          namedBy(B->getLHS()) == Path->Fields.back() ? calleeOf(makerOf(B->getRHS())) : nullptr;
      return Maker && Maker->getIdentifier() && Knowledge::get().Fresh.contains(Maker->getName());
    });
  }

  /// Whether the object comes from memory that others see: only then can it be of any type.
  bool dropsShared(const Expr *Site) {
    const auto *C = dyn_cast<CallExpr>(Site);
    auto Path = C && C->getNumArgs() ? U.paths().resolve(C->getArg(0)) : std::nullopt;
    if (!Path)
      return false;
    AccessPath ByType = Path->byType();
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
    if (const Function *Callee = U.index().find(C.Callee)) {
      if (auto Inside = in(*Callee); Inside && !leadsToThrow(F, C.Site)) {
        Found = std::move(Inside);
        Found->Calls.insert(Found->Calls.begin(), &C);
        break;
      }
    } else if (byName(*C.Callee) && !callsBuiltIn(C.Site) && !leadsToThrow(F, C.Site)) {
      Found = Way{{&C}, displayName(*C.Callee)};
      break;
    }
  }
  return Known[&F] = Found;
}

std::vector<LockUse> lockUses(Unit &U) { return Collector(U).run(); }

} // namespace ungil
