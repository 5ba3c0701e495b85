#include "analysis/ThreadState.h"

#include "analysis/AccessPath.h"
#include "analysis/BodyVisitor.h"
#include "analysis/Exceptions.h"
#include "analysis/Names.h"
#include "analysis/StateExpressions.h"
#include "analysis/StateFlow.h"

#include "clang/AST/ExprCXX.h"

#include <algorithm>
#include <utility>

namespace ungil {

using namespace clang;

namespace {
constexpr unsigned bit(Attachment A) { return 1u << unsigned(A); }

bool handlesObjects(const FunctionDecl &F) {
  auto IsObject = [](QualType T) {
    return T->isPointerType() && T->getPointeeType()->isRecordType() &&
           isObjectStruct(T->getPointeeType()->getAsRecordDecl());
  };
  return IsObject(F.getReturnType()) ||
         llvm::any_of(F.parameters(), [&](const ParmVarDecl *P) { return IsObject(P->getType()); });
}

class Hooks : public BodyVisitor {
public:
  bool Any = false;
  bool VisitCallExpr(CallExpr *C) override { return !(Any |= !C->getDirectCallee() && isHook(*C)); }
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
};
} // namespace

ThreadStates::ThreadStates(const UnitIndex &Index, const EntryPoints &Entries, const Contexts &Reach)
    : Index(Index), Reach(Reach), Api(Index.scope()) {
  for (const EntryPoint &Point : Entries.all()) {
    EnteredIn[Point.Target].add(Point.Where);
    if (Point.DropsClosure)
      DropsClosure.insert(Point.Target);
  }
  findUsers();
}

ThreadStates::~ThreadStates() = default;

void ThreadStates::findUsers() {
  std::vector<const Function *> Pending;
  auto Add = [&](const Function *F) {
    if (Users.insert(F).second)
      Pending.push_back(F);
  };
  for (const Call &C : Index.externalCalls())
    if (Api.operationOf(C.Callee) || tellsAttached(*C.Callee) ||
        (isa<CXXConstructExpr>(C.Site) && !guardsIn(C.Site->getType()).empty()))
      Add(C.In);
  bool EntersDetached =
      llvm::any_of(EnteredIn, [](const auto &Entry) { return Entry.second.contains(Context::Detached); });
  if (EntersDetached)
    for (const auto &F : Index.functions()) {
      Hooks Visitor;
      Visitor.TraverseStmt(F->Decl->getBody());
      if (Visitor.Any)
        Add(F.get());
    }
  while (!Pending.empty()) {
    const Function *F = Pending.back();
    Pending.pop_back();
    for (const Call *Caller : F->Callers)
      Add(Caller->In);
    if (const auto *Made = dyn_cast<CXXConstructorDecl>(F->Decl)) // members change it back when they die
      if (const Function *Dtor = Index.find(Made->getParent()->getDestructor()))
        Add(Dtor);
  }
}

std::unique_ptr<ThreadStates::Facts> ThreadStates::analyse(const Function &F, Attachment Entry) {
  auto Out = std::make_unique<Facts>();
  auto &Graph = Graphs[&F];
  if (!Graph)
    Graph = FlowGraph::of(F.Decl);
  const FlowGraph *G = Graph.get(); // the map may grow while callees are analysed
  if (!G) {
    Out->Exit = Entry;
    Out->Returns = true;
    return Out;
  }
  StateFlow Flow(*this, *Out, F, *G, Entry);
  ++Analysed;
  if (!solveForward(G->cfg(), Flow)) {
    ++GivenUp;
    Out->Returns = true;
    Out->Exit = Attachment::Unknown;
  }
  const SourceManager &SM = Index.context().getSourceManager();
  llvm::sort(Out->Uses, [&](const DetachedUse &A, const DetachedUse &B) {
    if (A.Where.getBegin() == B.Where.getBegin())
      return A.IsDestruction < B.IsDestruction;
    return SM.isBeforeInTranslationUnit(A.Where.getBegin(), B.Where.getBegin());
  });
  return Out;
}

/// Functions that call one another are analysed until what is known of them does not change any more. The
/// first round takes it that the outermost one does not return, so the result is the least that holds.
const ThreadStates::Facts &ThreadStates::factsOf(const Function &F, Attachment Entry) {
  constexpr unsigned MaxRounds = 6;
  const Key Here{&F, unsigned(Entry)};
  const unsigned Depth = Active.size();
  if (auto At = Known.find(Here); At != Known.end()) {
    const unsigned Head = At->second->DependsOn;
    for (std::size_t I = Head; I < Active.size(); ++I)
      Active[I].second = std::min(Active[I].second, Head);
    return *At->second;
  }
  Known[Here] = std::make_unique<Facts>();
  Known[Here]->DependsOn = Depth;
  const std::size_t Mark = Provisional.size();
  for (unsigned Round = 1;; ++Round) {
    Active.push_back({Here, Depth + 1});
    std::unique_ptr<Facts> New = analyse(F, Entry);
    unsigned Needs = Active.back().second;
    Active.pop_back();
    Facts &Old = *Known[Here];
    bool Stable = New->Exit == Old.Exit && New->Returns == Old.Returns && New->KeepsToken == Old.KeepsToken &&
                  New->Uses.empty() == Old.Uses.empty();
    bool Again = Needs <= Depth && !Stable && Round < MaxRounds;
    GivenUp += Needs <= Depth && !Stable && !Again;
    New->DependsOn = Again ? Depth : Needs < Depth ? Needs : Facts::Final;
    Superseded.push_back(std::exchange(Known[Here], std::move(New)));
    if (!Again && Needs < Depth) {
      Provisional.push_back(Here);
      return *Known[Here];
    }
    if (!Again) {
      for (const Key &Member : llvm::drop_begin(Provisional, Mark))
        Known[Member]->DependsOn = Facts::Final;
      Provisional.resize(Mark);
      return *Known[Here];
    }
    for (const Key &Member : llvm::drop_begin(Provisional, Mark)) {
      Superseded.push_back(std::move(Known[Member]));
      Known.erase(Member);
    }
    Provisional.resize(Mark);
  }
}

const ThreadStates::Facts *ThreadStates::effectOf(const Function *F, Attachment Entry) {
  return &factsOf(*F, Entry);
}

/// Whether an exception can come out of a call of the function, by what the unit shows.
bool ThreadStates::throwsOut(const Function &F) {
  if (!Index.context().getLangOpts().CXXExceptions)
    return false;
  const auto *Prototype = F.Decl->getType()->getAs<FunctionProtoType>();
  if (Prototype && Prototype->isNothrow())
    return false;
  if (auto Known = Ends[&F].Throws)
    return *Known;
  Ends[&F].Throws = false; // for calls that come back here
  bool Found = throwsDirectly(F) || llvm::any_of(F.Calls, [&](const Call &C) {
                 const Function *Callee = Index.find(C.Callee);
                 return Callee && throwsOut(*Callee) && !isCaught(C.Site, F);
               });
  Ends[&F].Throws = Found;
  return Found;
}

namespace {
class Returns : public BodyVisitor {
public:
  bool Any = false;
  bool VisitReturnStmt(ReturnStmt *) override { return !(Any = true); }
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
};
} // namespace

bool ThreadStates::neverReturns(const Function &F) {
  if (auto Known = Ends[&F].NeverReturns)
    return *Known;
  Ends[&F].NeverReturns = false;
  const auto *Body = dyn_cast_or_null<CompoundStmt>(F.Decl->getBody());
  if (!Body || Body->body_empty())
    return false;
  const Stmt *Last = Body->body_back();
  if (const auto *Cleanups = dyn_cast<ExprWithCleanups>(Last))
    Last = Cleanups->getSubExpr();
  const auto *C = dyn_cast<CallExpr>(Last);
  const Function *Callee = C ? Index.find(C->getDirectCallee()) : nullptr;
  if (!isa<CXXThrowExpr>(Last) && !(Callee && neverReturns(*Callee)))
    return false;
  Returns Visitor;
  Visitor.TraverseStmt(F.Decl->getBody());
  Ends[&F].NeverReturns = !Visitor.Any;
  return !Visitor.Any;
}

std::vector<const DetachedUse *> ThreadStates::usesAfterDetaching(const Function &F) {
  std::vector<const DetachedUse *> Found;
  if (!Users.contains(&F))
    return Found;
  for (const DetachedUse &Use : factsOf(F, Attachment::Unknown).Uses)
    if (Use.Since.At)
      Found.push_back(&Use);
  return Found;
}

/// Copies that each thread of the region gets of variables from outside it.
static void copiesFor(const OMPExecutableDirective *D, llvm::function_ref<void(const Expr *)> Add) {
  for (const auto *Clause : D->getClausesOfKind<OMPFirstprivateClause>())
    for (const Expr *Copied : llvm::make_range(Clause->varlist_begin(), Clause->varlist_end()))
      Add(Copied);
}

void ThreadStates::analyseRegion(const Function &F, const OMPExecutableDirective *D, Facts &Out) {
  copiesFor(D, [&](const Expr *Copied) {
    DetachedUse Use;
    if (!destroysReference(Use, Copied->getType().getNonReferenceType()))
      return;
    Use = DetachedUse();
    Use.What = PythonApi::Increment;
    Use.Where = Copied->getSourceRange();
    Use.IsCopy = true;
    Use.Name = typeName(Copied->getType().getNonReferenceType());
    Use.Since.At = D;
    Out.Uses.push_back(Use);
  });
  auto Graph = FlowGraph::of(F.Decl, const_cast<Stmt *>(D->getRawStmt()));
  if (!Graph)
    return;
  Facts Inside;
  StateFlow Flow(*this, Inside, F, *Graph, Attachment::Detached, D);
  ++Analysed;
  if (!solveForward(Graph->cfg(), Flow)) {
    ++GivenUp;
    return;
  }
  for (DetachedUse &Use : Inside.Uses)
    if (Use.Since.At == D)
      Out.Uses.push_back(std::move(Use));
}

std::vector<const DetachedUse *> ThreadStates::usesInRegions(const Function &F) {
  std::vector<const DetachedUse *> Found;
  if (F.ParallelRegions.empty())
    return Found;
  constexpr unsigned InRegions = unsigned(Attachment::Outer) + 1; // no state to enter a function in
  const Key Here{&F, InRegions};
  if (!Known.contains(Here)) {
    auto New = std::make_unique<Facts>();
    for (const OMPExecutableDirective *D : F.ParallelRegions)
      analyseRegion(F, D, *New);
    Known[Here] = std::move(New);
  }
  const Facts *Of = Known[Here].get();
  const SourceManager &SM = Index.context().getSourceManager();
  for (const DetachedUse &Use : Of->Uses) {
    auto Contains = [&](const OMPExecutableDirective *D) {
      return SM.isPointWithin(Use.Where.getBegin(), D->getBeginLoc(), D->getRawStmt()->getEndLoc());
    };
    if (llvm::none_of(F.MasterRegions, Contains))
      Found.push_back(&Use);
  }
  return Found;
}

std::vector<const DetachedUse *> ThreadStates::usesWhenEnteredDetached(const Function &F) {
  std::vector<const DetachedUse *> Found;
  const Facts &Of = factsOf(F, Attachment::Detached);
  for (const DetachedUse &Use : Of.Uses)
    if (!Use.Since.At)
      Found.push_back(&Use);
  return Found;
}

std::vector<StateImbalance> ThreadStates::imbalances(const Function &F) {
  return Users.contains(&F) ? factsOf(F, Attachment::Unknown).Imbalances : std::vector<StateImbalance>();
}

const Expr *ThreadStates::keptIn(const Function &F, const Stmt *Call) {
  return factsOf(F, Attachment::Unknown).KeptIn.lookup(Call);
}

/// The states in which a function is entered from outside the unit, as bits.
unsigned ThreadStates::enteredFromOutside(const Function &F) const {
  constexpr ContextSet Interpreter{Context::Init,       Context::Alloc,     Context::Reinit,
                                   Context::Concurrent, Context::Exclusive, Context::StopTheWorld,
                                   Context::Fini};
  unsigned Bits = 0;
  ContextSet Entered = EnteredIn.lookup(&F);
  if (Entered.intersects(Interpreter))
    Bits |= bit(Attachment::Attached);
  if (Entered.contains(Context::Detached))
    Bits |= bit(Attachment::Detached);
  // A function of other units' that takes or returns objects is called by attached threads.
  if (Entered.contains(Context::Escaped))
    Bits |= bit(!F.InTable && F.AddressTaken.empty() && handlesObjects(*F.Decl) ? Attachment::Attached
                                                                                : Attachment::Unknown);
  return Bits;
}

/// Carries the entry states down the calls.
void ThreadStates::findEntries() {
  std::vector<std::pair<const Function *, Attachment>> Pending;
  auto Enter = [&](const Function *F, unsigned Bits) {
    for (Attachment Entry : {Attachment::Unknown, Attachment::Attached, Attachment::Detached})
      if ((Bits & bit(Entry)) && !(Entries[F] & bit(Entry))) {
        Entries[F] |= bit(Entry);
        Pending.push_back({F, Entry});
      }
  };
  for (const auto &F : Index.functions())
    Enter(F.get(), enteredFromOutside(*F));
  while (!Pending.empty()) {
    auto [F, Entry] = Pending.back();
    Pending.pop_back();
    for (const Call &C : F->Calls)
      if (const Function *Callee = Index.find(C.Callee))
        Enter(Callee, bit(stateIn(*F, Entry, C.Site)));
  }
  EntriesKnown = true;
}

/// Before a call, when the function was entered in that state.
Attachment ThreadStates::stateIn(const Function &F, Attachment Entry, const Stmt *S) {
  if (!Users.contains(&F))
    return Entry;
  const Facts &Of = factsOf(F, Entry);
  auto Known = Of.At.find(S);
  return Known == Of.At.end() ? Attachment::Unknown : Known->second;
}

Attachment ThreadStates::agreed(const Function &F, llvm::function_ref<Attachment(const Facts &)> In) {
  if (!EntriesKnown)
    findEntries();
  unsigned Entered = Entries.lookup(&F);
  std::optional<Attachment> Agreed;
  for (Attachment Entry : {Attachment::Unknown, Attachment::Attached, Attachment::Detached}) {
    if (!(Entered & bit(Entry)))
      continue;
    Attachment Here = Users.contains(&F) ? In(factsOf(F, Entry)) : Entry;
    if (Agreed && *Agreed != Here)
      return Attachment::Unknown;
    Agreed = Here;
  }
  return Agreed.value_or(Attachment::Unknown);
}

Attachment ThreadStates::at(const Function &F, const Stmt *S) {
  return agreed(F, [&](const Facts &Of) { return Of.At.lookup(S); });
}

Attachment ThreadStates::atEndOf(const Function &F, const VarDecl *V) {
  return agreed(F, [&](const Facts &Of) { return Of.AtEnd.lookup(V); });
}

ThreadStates::RegionCounts ThreadStates::regions() {
  RegionCounts Counts;
  for (const Call &C : Index.externalCalls()) {
    const StateOperation *Operation = Api.operationOf(C.Callee);
    const StateOperation::Kind *Guard =
        isa<CXXConstructExpr>(C.Site) ? stateGuard(C.Site->getType()) : nullptr;
    if (!(Operation && Operation->What == StateOperation::Detach) &&
        !(Guard && *Guard == StateOperation::Detach))
      continue;
    ++Counts.Present;
    Counts.Resolved += at(*C.In, C.Site) == Attachment::Attached;
  }
  return Counts;
}

const std::vector<StateOperation::Kind> &ThreadStates::guardsIn(QualType T) {
  static const std::vector<StateOperation::Kind> None;
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  if (!Record || !Record->hasDefinition())
    return None;
  Record = Record->getDefinition();
  if (auto Known = Guards.find(Record); Known != Guards.end())
    return Known->second ? *Known->second : None;
  Guards[Record] = nullptr; // for types that come back here
  std::vector<StateOperation::Kind> Found;
  auto Add = [&](QualType Part) { llvm::append_range(Found, std::vector(guardsIn(Part))); };
  if (const StateOperation::Kind *Guard = stateGuard(T)) {
    Found.push_back(*Guard);
  } else if (!Record->isInStdNamespace()) {
    for (const CXXBaseSpecifier &Base : Record->bases())
      Add(Base.getType());
    for (const FieldDecl *Field : Record->fields())
      Add(Field->getType());
  }
  if (Found.empty())
    return None;
  return *(Guards[Record] = std::make_unique<std::vector<StateOperation::Kind>>(std::move(Found)));
}

} // namespace ungil
