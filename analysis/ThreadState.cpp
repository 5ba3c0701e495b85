#include "analysis/ThreadState.h"

#include "analysis/AccessPath.h"
#include "analysis/Names.h"
#include "analysis/StateFlow.h"

#include "clang/AST/ExprCXX.h"

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
        (isa<CXXConstructExpr>(C.Site) && stateGuard(C.Site->getType())))
      Add(C.In);
  while (!Pending.empty()) {
    const Function *F = Pending.back();
    Pending.pop_back();
    for (const Call *Caller : F->Callers)
      Add(Caller->In);
  }
}

const ThreadStates::Facts &ThreadStates::factsOf(const Function &F, Attachment Entry) {
  auto &Slot = Known[{&F, unsigned(Entry)}];
  if (Slot)
    return *Slot;
  Slot = std::make_unique<Facts>();
  Facts &Out = *Slot; // the map may grow while callees are analysed
  auto &Graph = Graphs[&F];
  if (!Graph)
    Graph = FlowGraph::of(F.Decl);
  Out.Exit = Entry;
  Out.Returns = true;
  if (const FlowGraph *G = Graph.get()) {
    Out.Returns = false;
    StateFlow Flow(*this, Out, F, *G, Entry);
    ++Analysed;
    if (!solveForward(G->cfg(), Flow)) {
      ++GivenUp;
      Out.Returns = true;
      Out.Exit = Attachment::Unknown;
    }
  }
  Out.Running = false;
  return Out;
}

const ThreadStates::Facts *ThreadStates::effectOf(const Function *F, Attachment Entry) {
  const Facts &Of = factsOf(*F, Entry);
  return Of.Running ? nullptr : &Of;
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

std::vector<const DetachedUse *> ThreadStates::usesWhenEnteredDetached(const Function &F) {
  std::vector<const DetachedUse *> Found;
  const Facts &Of = factsOf(F, Attachment::Detached);
  if (Of.Running)
    return Found;
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

Attachment ThreadStates::at(const Function &F, const Stmt *S) {
  if (!EntriesKnown)
    findEntries();
  unsigned Entered = Entries.lookup(&F);
  std::optional<Attachment> Agreed;
  for (Attachment Entry : {Attachment::Unknown, Attachment::Attached, Attachment::Detached}) {
    if (!(Entered & bit(Entry)))
      continue;
    Attachment Here = stateIn(F, Entry, S);
    if (Agreed && *Agreed != Here)
      return Attachment::Unknown;
    Agreed = Here;
  }
  return Agreed.value_or(Attachment::Unknown);
}

} // namespace ungil
