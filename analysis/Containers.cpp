#include "analysis/Containers.h"

#include "analysis/BodyVisitor.h"
#include "analysis/CriticalSections.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/UniquenessTests.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/ParentMap.h"

#include <algorithm>

namespace ungil {

using namespace clang;

const VarDecl *variableOf(const Expr *E) {
  const auto *R = E ? dyn_cast<DeclRefExpr>(E->IgnoreParenCasts()) : nullptr;
  return R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
}

bool calls(const Expr *E, const llvm::StringSet<> &Names) {
  const FunctionDecl *Callee = E ? calleeOf(E->IgnoreParenCasts()) : nullptr;
  return Callee && Callee->getIdentifier() && Names.contains(qualifiedName(*Callee));
}

namespace {

bool isNull(const Expr *E, const ASTContext &Context) {
  return E->IgnoreParenCasts()->isNullPointerConstant(
             const_cast<ASTContext &>(Context), Expr::NPC_ValueDependentIsNotNull) != Expr::NPCK_NotNull;
}

bool isPython(const FunctionDecl *F) {
  llvm::StringRef Name = F && F->getIdentifier() ? F->getName() : "";
  return Name.starts_with("Py") || Name.starts_with("_Py");
}

bool isObjectPointer(QualType T) {
  return T->isPointerType() && T->getPointeeType()->isRecordType() && isPyObject(T);
}

/// Sorted, without duplicates.
using Variables = llvm::SmallVector<const VarDecl *, 4>;

void add(Variables &Set, const VarDecl *V) {
  auto At = std::lower_bound(Set.begin(), Set.end(), V);
  if (At == Set.end() || *At != V)
    Set.insert(At, V);
}

void remove(Variables &Set, const VarDecl *V) { llvm::erase(Set, V); }

/// Whether others can reach the argument after the call, where that is known of the function.
std::optional<bool> isKnownToKeep(const CallExpr *C, unsigned Argument) {
  const FunctionDecl *Callee = C->getDirectCallee();
  if (!Callee || isa<CXXMethodDecl>(Callee))
    return std::nullopt;
  const auto &Rows = Knowledge::get().Retained;
  auto Row = Rows.find(qualifiedName(*Callee));
  return Row == Rows.end() ? std::nullopt
                           : std::optional(llvm::is_contained(Row->second, ArgumentIndex(Argument)));
}

/// The local variable whose object a call puts one of its arguments into; null for other calls.
const VarDecl *filledBy(const CallExpr *C) {
  const Knowledge &K = Knowledge::get();
  if (!calls(C, K.ChangesContainer) && !calls(C, K.FillsNew))
    return nullptr;
  const VarDecl *V = C->getNumArgs() ? variableOf(C->getArg(0)) : nullptr;
  return V && V->hasLocalStorage() && !isa<ParmVarDecl>(V) ? V : nullptr;
}

/// Local variables that may hold the same object, because one is assigned to the other, or one that the other
/// contains: who reaches one reaches both.
class Aliases : public BodyVisitor {
public:
  bool VisitCallExpr(CallExpr *C) override {
    if (const VarDecl *Container = filledBy(C))
      for (unsigned I = 1; I < C->getNumArgs(); ++I)
        if (isKnownToKeep(C, I) == true)
          unite(variableOf(C->getArg(I)), Container);
    return true;
  }
  bool VisitVarDecl(VarDecl *V) override {
    if (V->hasLocalStorage() && V->getInit())
      unite(V, variableOf(V->getInit()));
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->getOpcode() == BO_Assign)
      unite(variableOf(B->getLHS()), variableOf(B->getRHS()));
    return true;
  }
  const VarDecl *leader(const VarDecl *V) const {
    for (auto Next = Leader.find(V); Next != Leader.end(); Next = Leader.find(V))
      V = Next->second;
    return V;
  }

private:
  void unite(const VarDecl *A, const VarDecl *B) {
    if (!A || !B || !A->hasLocalStorage() || !B->hasLocalStorage())
      return;
    A = leader(A);
    B = leader(B);
    if (A != B)
      Leader[A] = B;
  }
  llvm::DenseMap<const VarDecl *, const VarDecl *> Leader;
};

/// Whether a PyMemberDef gives the field to Python code.
class MemberTables : public BodyVisitor {
public:
  llvm::DenseSet<const ValueDecl *> Fields;
  bool VisitOffsetOfExpr(OffsetOfExpr *E) override {
    const OffsetOfNode &Last = E->getComponent(E->getNumComponents() - 1);
    if (Last.getKind() == OffsetOfNode::Field)
      Fields.insert(Last.getField());
    return true;
  }
};

/// What a constructor initialises the member with, unless that is null.
llvm::SmallVector<const Expr *, 1> initialValues(const Function &F, const ValueDecl *Member) {
  llvm::SmallVector<const Expr *, 1> Values;
  if (const auto *Constructor = dyn_cast<CXXConstructorDecl>(F.Decl))
    for (const CXXCtorInitializer *I : Constructor->inits())
      if (I->getMember() == Member && !isNull(I->getInit(), F.Decl->getASTContext()))
        Values.push_back(I->getInit());
  return Values;
}

bool isMember(const UnitIndex &Index, const ValueDecl *D) {
  if (!isa<FieldDecl>(D))
    return false;
  MemberTables Tables;
  for (const VarDecl *V : Index.initialised())
    if (V->getType()->isArrayType() &&
        typeName(V->getASTContext().getBaseElementType(V->getType())) == "PyMemberDef")
      Tables.TraverseStmt(const_cast<Expr *>(V->getInit()));
  return Tables.Fields.contains(D);
}

} // namespace

struct Containers::Facts {
  enum { Unseen, Running, Done } State = Unseen;
  bool WithCallers = false;                          ///< parameters that are private to every caller count
  llvm::DenseMap<const Stmt *, Variables> PrivateAt; ///< at calls, assignments and accesses to members
  llvm::DenseSet<const VarDecl *> Kept;              ///< parameters that others can reach afterwards
  llvm::DenseSet<const VarDecl *> GivenAway; ///< stored, or given to a function that is known to keep it
  bool ReturnsFresh = false;
  bool Solved = false;
};

/// Collects what a function does with one variable or field. The value may be tested, and given to calls that
/// do not keep it; what else happens to it lets it escape.
class UseCollector : public BodyVisitor {
public:
  UseCollector(const ValueDecl *Of, Stmt *Body) : Of(Of->getCanonicalDecl()), Parents(Body) {
    TraverseStmt(Body);
  }

  std::vector<const Expr *> Found;

  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    if (R->getDecl()->getCanonicalDecl() == Of)
      Found.push_back(R);
    return true;
  }
  bool VisitMemberExpr(MemberExpr *M) override {
    if (M->getMemberDecl() == Of)
      Found.push_back(M);
    return true;
  }

  /// The statement that uses the value, and the value as that statement sees it.
  std::pair<const Stmt *, const Expr *> consumer(const Expr *E) const {
    for (;;) {
      const Stmt *Up = Parents.getParent(E);
      if (!Up || !(isa<CastExpr>(Up) || isa<ParenExpr>(Up)))
        return {Up, E};
      E = cast<Expr>(Up);
    }
  }

private:
  const Decl *Of; ///< the first of its declarations
  ParentMap Parents;
};

/// Local variables whose object nobody else can reach, at each call of a function.
class FreshnessFlow {
public:
  using State = Variables;

  FreshnessFlow(Containers &All, const Function &F, Containers::Facts &Out) : All(All), F(F), Out(Out) {
    Same.TraverseStmt(F.Decl->getBody());
  }

  State entry() {
    State Private;
    for (const ParmVarDecl *P : F.Decl->parameters())
      if (Out.WithCallers && All.isPrivateParameter(F, P->getFunctionScopeIndex()))
        add(Private, P);
    return Private;
  }

  bool join(State &Into, const State &From) {
    State Both;
    std::set_intersection(Into.begin(), Into.end(), From.begin(), From.end(), std::back_inserter(Both));
    bool Changed = Both.size() != Into.size();
    Into = std::move(Both);
    return Changed;
  }

  void apply(State &Now, const CFGElement &Element) {
    auto Statement = Element.getAs<CFGStmt>();
    if (!Statement)
      return;
    const Stmt *S = Statement->getStmt();
    if (const auto *D = dyn_cast<DeclStmt>(S)) {
      for (const Decl *Declared : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Declared); V && V->hasLocalStorage() && V->getInit())
          assign(Now, V, V->getInit());
    } else if (const auto *B = dyn_cast<BinaryOperator>(S); B && B->getOpcode() == BO_Assign) {
      const VarDecl *V = variableOf(B->getLHS());
      if (!V)
        V = pointedTo(B->getLHS());
      if (V && V->hasLocalStorage())
        assign(Now, V, B->getRHS());
      else
        escape(Now, B->getRHS());
    } else if (const auto *C = dyn_cast<CallExpr>(S)) {
      call(Now, C);
    } else if (const auto *C = dyn_cast<CXXConstructExpr>(S)) {
      for (const Expr *Argument : C->arguments())
        escape(Now, Argument);
    } else if (const auto *L = dyn_cast<InitListExpr>(S)) {
      for (const Expr *Element : L->inits()) {
        const auto *U = dyn_cast<UnaryOperator>(Element->IgnoreParenCasts());
        if (U && U->getOpcode() == UO_AddrOf && variableOf(U->getSubExpr()))
          remove(Now, variableOf(U->getSubExpr())); // somebody will set it
        escape(Now, Element);
      }
    } else if (const auto *R = dyn_cast<ReturnStmt>(S); R && R->getRetValue()) {
      if (const VarDecl *V = variableOf(R->getRetValue()); V && isa<ParmVarDecl>(V))
        Out.Kept.insert(V);
    }
  }

  void applyEdge(State &Now, const CFGBlock &From, unsigned Successor) {
    const Expr *Object = foundUnique(From, Successor);
    const auto *Deref = dyn_cast_or_null<UnaryOperator>(Object);
    if (Deref && Deref->getOpcode() == UO_Deref)
      Object = Deref->getSubExpr(); // whoever resizes it is given the pointer to it
    const VarDecl *V = Object ? variableOf(Object) : nullptr;
    if (V && V->hasLocalStorage())
      add(Now, V);
  }

  void visit(const State &Now, const CFGElement &Element) {
    auto Statement = Element.getAs<CFGStmt>();
    if (!Statement)
      return;
    if (isObserved(Statement->getStmt()) && !Now.empty())
      Out.PrivateAt[Statement->getStmt()] = Now;
    const auto *R = dyn_cast<ReturnStmt>(Statement->getStmt());
    if (!R || !R->getRetValue() || isNull(R->getRetValue(), F.Decl->getASTContext()))
      return;
    (isFresh(Now, R->getRetValue()) ? FreshReturns : OtherReturns)++;
  }

  void leave(const State &) {}

  bool returnsFresh() const { return FreshReturns > 0 && OtherReturns == 0; }

private:
  static bool isObserved(const Stmt *S) {
    const auto *B = dyn_cast<BinaryOperator>(S);
    return isa<CallExpr>(S) || isa<MemberExpr>(S) || (B && B->getOpcode() == BO_Assign);
  }

  /// What *p is when p was declared to be the address of a variable, as in Py_SETREF.
  static const VarDecl *pointedTo(const Expr *E) {
    const auto *Object = dyn_cast<UnaryOperator>(E->IgnoreParenCasts());
    const VarDecl *P = Object && Object->getOpcode() == UO_Deref ? variableOf(Object->getSubExpr()) : nullptr;
    const Expr *Init = P && P->hasLocalStorage() && !isa<ParmVarDecl>(P) ? P->getInit() : nullptr;
    const auto *Address = Init ? dyn_cast<UnaryOperator>(Init->IgnoreParenCasts()) : nullptr;
    return Address && Address->getOpcode() == UO_AddrOf ? variableOf(Address->getSubExpr()) : nullptr;
  }

  bool isFresh(const State &Now, const Expr *E) {
    E = E->IgnoreParenCasts();
    if (const auto *C = dyn_cast<ConditionalOperator>(E))
      return isFresh(Now, C->getTrueExpr()) && isFresh(Now, C->getFalseExpr());
    if (const VarDecl *V = variableOf(E))
      return llvm::is_contained(Now, V);
    return isNull(E, F.Decl->getASTContext()) || All.isFreshCall(E);
  }

  void assign(State &Now, const VarDecl *V, const Expr *Value) {
    if (isFresh(Now, Value))
      add(Now, V);
    else
      remove(Now, V);
  }

  void escape(State &Now, const Expr *E, bool Surely = true) {
    const VarDecl *V = variableOf(E);
    if (!V)
      return;
    const VarDecl *Leader = Same.leader(V);
    if (Surely) {
      Out.GivenAway.insert(V);
      for (const VarDecl *Other : Now)
        if (Same.leader(Other) == Leader)
          Out.GivenAway.insert(Other);
    }
    llvm::erase_if(Now, [&](const VarDecl *Other) { return Same.leader(Other) == Leader; });
    for (const ParmVarDecl *P : F.Decl->parameters())
      if (Same.leader(P) == Leader)
        Out.Kept.insert(P);
  }

  void call(State &Now, const CallExpr *C) {
    for (unsigned I = 0; I != C->getNumArgs(); ++I) {
      const Expr *Argument = C->getArg(I)->IgnoreParenCasts();
      if (const auto *U = dyn_cast<UnaryOperator>(Argument); U && U->getOpcode() == UO_AddrOf) {
        const VarDecl *V = variableOf(U->getSubExpr()); // an out parameter
        if (V && takesApart(Now, C))
          add(Now, V);
        else if (V && !calls(C, Knowledge::get().ReplacesPrivate) && !onlyResizes(C, I))
          remove(Now, V);
      } else if (const VarDecl *Container = filledBy(C);
                 Container && I != 0 && llvm::is_contained(Now, Container)) {
        continue; // what nobody can reach contains it
      } else if (variableOf(Argument) && All.isRetained(C, I)) {
        escape(Now, Argument, All.isSeen(C));
      }
    }
  }

  /// Arguments that are made for the call consist of objects that are.
  bool takesApart(const State &Now, const CallExpr *C) {
    const FunctionDecl *Callee = C->getDirectCallee();
    if (!Callee || !Callee->getIdentifier() ||
        !Knowledge::get().Collector.ArgumentParsers.contains(Callee->getName()))
      return false;
    const auto *Arguments = dyn_cast_or_null<ParmVarDecl>(variableOf(C->getArg(0)));
    return Arguments && llvm::is_contained(Now, Arguments) && All.ownsArguments(F);
  }

  /// Whether a function of the project uses the pointer to the variable for nothing but to resize, fill or
  /// read the object.
  bool onlyResizes(const CallExpr *C, unsigned Argument) {
    const Function *Callee = All.Index.find(C->getDirectCallee());
    if (!Callee || Argument >= Callee->Decl->getNumParams())
      return false;
    UseCollector Uses(Callee->Decl->getParamDecl(Argument), Callee->Decl->getBody());
    return llvm::all_of(Uses.Found, [&](const Expr *Use) {
      auto [By, Value] = Uses.consumer(Use);
      if (const auto *Passed = dyn_cast_or_null<CallExpr>(By))
        return calls(Passed, Knowledge::get().ReplacesPrivate);
      const auto *Object = dyn_cast_or_null<UnaryOperator>(By);
      if (!Object || Object->getOpcode() != UO_Deref)
        return false;
      auto [With, Read] = Uses.consumer(Object);
      const auto *Given = dyn_cast_or_null<CallExpr>(With);
      if (!Given)
        return isa_and_nonnull<MemberExpr>(With);
      auto Position = std::find(Given->arg_begin(), Given->arg_end(), Read) - Given->arg_begin();
      return !All.isRetained(Given, unsigned(Position));
    });
  }

  Containers &All;
  const Function &F;
  Containers::Facts &Out;
  Aliases Same;
  unsigned FreshReturns = 0, OtherReturns = 0;
};

Containers::Containers(const UnitIndex &Index, const EntryPoints &Entries, const Contexts &Reach,
                       const PathResolver &Paths, Locksets &Locks)
    : Index(Index), Reach(Reach), Paths(Paths), Locks(Locks), Sites(Index) {
  for (const EntryPoint &Point : Entries.all())
    EntriesOf[Point.Target].push_back(&Point);
}

Containers::~Containers() = default;

Containers::Facts &Containers::factsOf(const Function &F) { return solve(F, Known[&F], true); }

Containers::Facts &Containers::summaryOf(const Function &F) { return solve(F, Summaries[&F], false); }

Containers::Facts &Containers::solve(const Function &F, std::unique_ptr<Facts> &Slot, bool WithCallers) {
  if (!Slot)
    Slot = std::make_unique<Facts>();
  Facts &Out = *Slot;
  if (Out.State != Facts::Unseen)
    return Out;
  Out.State = Facts::Running;
  Out.WithCallers = WithCallers;
  Paths.enter(F.Decl);
  auto Graph = FlowGraph::of(F.Decl);
  // A recursive call keeps what is known to be kept so far; each round can only add parameters.
  for (bool Again = Graph != nullptr; Again;) {
    std::size_t Before = Out.Kept.size();
    Out.PrivateAt.clear();
    FreshnessFlow Flow(*this, F, Out);
    Out.Solved = solveForward(Graph->cfg(), Flow);
    Out.ReturnsFresh = Out.Solved && Flow.returnsFresh();
    Again = Out.Solved && Out.Kept.size() != Before;
  }
  Out.State = Facts::Done;
  return Out;
}

bool Containers::returnsFresh(const FunctionDecl *Callee) {
  const Function *F = Index.find(Callee);
  if (!F || !Callee->getReturnType()->isPointerType())
    return false;
  Facts &Of = summaryOf(*F);
  return Of.State == Facts::Done && Of.ReturnsFresh;
}

bool Containers::keeps(const FunctionDecl *Callee, unsigned Parameter) {
  const Function *F = Index.find(Callee);
  if (!F || Parameter >= F->Decl->getNumParams())
    return true;
  Facts &Of = summaryOf(*F);
  return (Of.State == Facts::Done && !Of.Solved) || Of.Kept.contains(F->Decl->getParamDecl(Parameter));
}

bool Containers::isRetained(const CallExpr *C, unsigned Argument) {
  const FunctionDecl *Callee = C->getDirectCallee();
  if (C->getArg(Argument)->getType()->isArithmeticType()) // its truth value
    return false;
  if (!Callee || isa<CXXMethodDecl>(Callee))
    return true;
  if (auto Known = isKnownToKeep(C, Argument))
    return *Known;
  if (Index.find(Callee))
    return keeps(Callee, Argument);
  return !isPython(Callee);
}

/// Whether it is known what the function does with its arguments.
bool Containers::isSeen(const CallExpr *C) const {
  const FunctionDecl *Callee = C->getDirectCallee();
  return Callee && (Index.find(Callee) || Knowledge::get().Retained.contains(qualifiedName(*Callee)));
}

bool Containers::isFreshCall(const Expr *E) {
  E = E->IgnoreParenCasts();
  const auto *C = dyn_cast<CallExpr>(E);
  if (!C)
    return false;
  const Knowledge &K = Knowledge::get();
  if (const auto *M = dyn_cast<MemberExpr>(C->getCallee()->IgnoreParenImpCasts()))
    return M->getMemberDecl()->getIdentifier() && K.FreshFields.contains(M->getMemberDecl()->getName());
  return calls(C, K.Fresh) || (C->getDirectCallee() && returnsFresh(C->getDirectCallee()));
}

/// Whether what the function is given was made for the call.
bool Containers::ownsArguments(const Function &F) const {
  auto Entries = EntriesOf.find(&F);
  return Entries != EntriesOf.end() &&
         llvm::all_of(Entries->second, [](const EntryPoint *P) { return P->OwnsArguments; });
}

/// The keyword dictionary of a function with the signature (self, args, kwargs); what every caller in the
/// unit gives while it is private to the caller.
bool Containers::isPrivateParameter(const Function &F, unsigned Parameter) {
  if (!isObjectPointer(F.Decl->getParamDecl(Parameter)->getType()))
    return false;
  auto [Slot, New] = Parameters.try_emplace({&F, Parameter}, false);
  if (!New)
    return Slot->second;
  if (auto Entries = EntriesOf.find(&F); Entries != EntriesOf.end()) {
    bool TakesKeywords =
        F.Decl->getNumParams() == 3 && Parameter == 2 && isObjectPointer(F.Decl->getParamDecl(1)->getType());
    if (Parameter > 0 && ownsArguments(F))
      return Slot->second = true;
    return Slot->second = TakesKeywords && llvm::all_of(Entries->second, [](const EntryPoint *P) {
                            return P->Role == "ml_meth" || P->Role == "tp_new" || P->Role == "tp_init" ||
                                   P->Role == "tp_call";
                          });
  }
  bool Private = !F.Callers.empty();
  for (const Call *C : F.Callers) {
    const Expr *Argument = argumentOf(C->Site, int(Parameter));
    Private = Private && Argument && C->In != &F && factsOf(*C->In).State == Facts::Done &&
              originAt(*C->In, Argument, C->Site).What == ContainerOrigin::Fresh;
  }
  return Parameters[{&F, Parameter}] = Private;
}

const Containers::Uses &Containers::usesOf(const ValueDecl *D) {
  auto &Slot = KnownUses[D];
  if (Slot)
    return *Slot;
  Slot = std::make_unique<Uses>();
  Uses &Out = *Slot;
  const Knowledge &K = Knowledge::get();
  bool Member = isMember(Index, D);
  for (const auto &F : Index.functions())
    for (const Expr *Initial : initialValues(*F, D))
      if (originAt(*F, Initial, Initial).What != ContainerOrigin::Fresh)
        std::tie(Out.EscapesIn, Out.Escapes) = std::pair(F.get(), Initial);
  for (auto [F, By, Value] : Sites.of(D)) {
    auto Change = [&, F = F, Value = Value](const Expr *Site) {
      if (!isOfFresh(*F, Value))
        Out.Changes.push_back({F, Site, changeBy(*F, Site, Paths)});
    };
    bool Escapes = Member, Ours = true;
    if (const auto *C = dyn_cast_or_null<CallExpr>(By)) {
      auto Position = std::find(C->arg_begin(), C->arg_end(), Value) - C->arg_begin();
      Escapes |= calls(C, K.References) || isRetained(C, unsigned(Position));
      if (Position == 0 && calls(C, K.ChangesContainer))
        Change(C);
    } else if (const auto *B = dyn_cast_or_null<BinaryOperator>(By); B && B->isAssignmentOp()) {
      bool Stored = B->getLHS() == Value;
      Ours = !Stored || isNull(B->getRHS(), Index.context()) ||
             originAt(*F, B->getRHS(), B).What == ContainerOrigin::Fresh;
      Escapes |= !Stored || !Ours;
      if (Stored)
        Change(B);
    } else if (isa_and_nonnull<ReturnStmt>(By) || isa_and_nonnull<DeclStmt>(By) ||
               isa_and_nonnull<InitListExpr>(By) ||
               (isa_and_nonnull<ConditionalOperator>(By) &&
                cast<ConditionalOperator>(By)->getCond() != Value)) {
      Escapes = true;
    } else if (const auto *U = dyn_cast_or_null<UnaryOperator>(By); U && U->getOpcode() == UO_AddrOf) {
      Change(U); // Py_CLEAR and its like
    }
    if (Escapes && Ours && !Reach.of(F).intersects(ManyThreads))
      Out.IsShown = true;
    else if (Escapes) {
      std::tie(Out.EscapesIn, Out.Escapes) = std::pair(F, Value);
      Out.Changes.push_back({F, Value, ContainerChange::Replaces});
    }
  }
  return Out;
}

/// Whether the member belongs to an object that nobody else has yet.
bool Containers::isOfFresh(const Function &F, const Expr *Member) {
  const auto *M = dyn_cast<MemberExpr>(Member->IgnoreParenCasts());
  const VarDecl *Owner = M ? variableOf(M->getBase()) : nullptr;
  return Owner && llvm::is_contained(factsOf(F).PrivateAt.lookup(M), Owner);
}

/// Containers in variables and fields that are not shared after all: what initialisation made and nobody
/// changes, and what one lock guards everywhere; or that keep what they hold.
void Containers::settle(ContainerOrigin &Origin, const AccessPath &Path, const Function &In,
                        const Expr *Call) {
  const auto *Named = Path.Fields.empty() ? dyn_cast_or_null<ValueDecl>(Path.Root)
                                          : dyn_cast_or_null<ValueDecl>(Path.Fields.back());
  if (!Named || (Path.Kind == AccessPath::Local && Path.Fields.empty()) || isa<ParmVarDecl>(Named) ||
      !Index.scope().contains(Named->getLocation()))
    return;
  const Uses &Of = usesOf(Named);
  if (Of.Escapes)
    return;
  ContextSet Racing =
      Path.Fields.empty() || Path.Kind == AccessPath::ModuleState || Path.Kind == AccessPath::Static
          ? ManyThreads
          : RacingForFields;
  Lockset Common = Locks.at(In, Call, Racing);
  auto Worst = ContainerChange::Adds;
  bool Changed = false, Here = false;
  for (const Uses::Change &C : Of.Changes) {
    if (!Reach.of(C.In).intersects(Racing))
      continue;
    Changed = true;
    Worst = std::max(Worst, C.What);
    Here |= C.In == &In || llvm::any_of(In.Calls, [&](const ungil::Call &Other) {
              return Index.find(Other.Callee) == C.In;
            });
    Lockset There = Locks.at(*C.In, C.Site, Racing);
    llvm::erase_if(Common, [&](const HeldLock &L) {
      return llvm::none_of(There, [&](const HeldLock &O) { return O.Lock.byType() == L.Lock.byType(); });
    });
  }
  if (Changed && !Common.empty() && !Of.IsShown) {
    Origin.What = ContainerOrigin::Guarded;
    return;
  }
  if (Of.IsShown) {
    // Python code can change what initialisation offers it, but seldom does where this code never does.
    if (!Changed)
      Origin.Sureness = Confidence::Possible;
    return;
  }
  if (!Changed)
    Origin.What = ContainerOrigin::Immutable;
  Origin.OnlyGrows = Worst == ContainerChange::Adds;
  Origin.KeptUpHere = Here && Worst == ContainerChange::AddsIfMissing;
  if (Origin.OnlyGrows)
    Origin.KnownElsewhereAs = nameForOthers(Named);
}

std::vector<NamedChange> Containers::changesForOthers() {
  std::vector<NamedChange> Found;
  for (const ValueDecl *D : Sites.used()) {
    bool MayHold = D->getType()->isPointerType() && isPyObject(D->getType());
    std::string Name = MayHold && Index.scope().contains(D->getLocation()) ? nameForOthers(D) : std::string();
    if (Name.empty())
      continue;
    const Uses &Of = usesOf(D);
    if (Of.Escapes)
      Found.push_back({Name, true, Of.EscapesIn, Of.Escapes});
    for (const Uses::Change &C : Of.Changes)
      if (Reach.of(C.In).intersects(isa<FieldDecl>(D) ? RacingForFields : ManyThreads))
        Found.push_back({Name, C.What != ContainerChange::Adds, C.In, C.Site});
  }
  return Found;
}

/// PySequence_Fast returns its argument when that is a list, and a new list or a tuple otherwise.
ContainerOrigin Containers::ofSameOrFresh(const Function &F, const CallExpr *C) {
  ContainerOrigin Origin = originAt(F, C->getArg(0), C);
  if (!Origin.isPrivate())
    Origin.Description = "what '" + C->getDirectCallee()->getNameAsString() + "' returns, which is " +
                         Origin.Description + " itself when that is a list";
  return Origin;
}

/// What a shared container holds is shared. What only this call knows may hold anything.
ContainerOrigin Containers::ofElement(const Function &F, const Expr *Container, const Expr *Use) {
  ContainerOrigin Of = originAt(F, Container, Use), Origin;
  const VarDecl *V = variableOf(Container);
  bool OfArguments = V && isa<ParmVarDecl>(V);
  Origin.Description =
      "an element of " + (OfArguments || Of.Description.empty() ? "the arguments" : Of.Description);
  Origin.Sureness = Of.isPrivate() ? Confidence::Possible : Of.Sureness;
  return Origin;
}

/// One place that may hold any of several containers is as bad as the worst of them.
static void addPossibility(std::optional<ContainerOrigin> &Worst, const ContainerOrigin &Other) {
  bool Worse = !Worst || (Worst->isPrivate() && !Other.isPrivate()) ||
               (Worst->isPrivate() == Other.isPrivate() && Other.Sureness > Worst->Sureness);
  if (Worse)
    Worst = Other;
}

/// What is assigned through the pointer that a declaration makes of a variable's address, as Py_SETREF does.
/// None when more is done with the pointer.
static std::optional<std::vector<const BinaryOperator *>>
assignedThrough(const Function &F, const Stmt *Declaration, const Expr *Address) {
  const auto *D = dyn_cast_or_null<DeclStmt>(Declaration);
  const auto *Pointer = D && D->isSingleDecl() ? dyn_cast<VarDecl>(D->getSingleDecl()) : nullptr;
  if (!Pointer || !Pointer->getInit() || Pointer->getInit()->IgnoreParenCasts() != Address)
    return std::nullopt;
  std::vector<const BinaryOperator *> Stores;
  UseCollector Collector(Pointer, F.Decl->getBody());
  for (const Expr *Use : Collector.Found) {
    const auto *Object = dyn_cast_or_null<UnaryOperator>(Collector.consumer(Use).first);
    if (!Object || Object->getOpcode() != UO_Deref)
      return std::nullopt;
    auto [By, Value] = Collector.consumer(Object);
    if (const auto *B = dyn_cast_or_null<BinaryOperator>(By);
        B && B->isAssignmentOp() && B->getLHS() == Value)
      Stores.push_back(B);
  }
  return Stores;
}

static bool isArgumentParser(const CallExpr *C) {
  const FunctionDecl *Callee = C->getDirectCallee();
  return Callee && Callee->getIdentifier() &&
         Knowledge::get().Collector.ArgumentParsers.contains(Callee->getName());
}

/// Whether Python code knows the function by private names alone: users of the package give it nothing.
bool Containers::isForPackage(const Function &F) const {
  auto Entries = EntriesOf.find(&F);
  return Entries != EntriesOf.end() &&
         llvm::all_of(Entries->second, [](const EntryPoint *P) { return P->IsPrivate; });
}

/// Whether a metaclass is given the dictionary here that the body of a class statement has filled: name,
/// bases and namespace, of these types.
bool Containers::isClassNamespace(const Function &F, const CallExpr *Parser, const Expr *Out) const {
  const ClassNamespace &Of = Knowledge::get().NamespaceOfClass;
  auto Entries = EntriesOf.find(&F);
  if (Entries == EntriesOf.end() ||
      llvm::none_of(Entries->second, [&](const EntryPoint *P) { return P->Role == Of.Slot; }))
    return false;
  bool AfterBases = false, Next = false;
  for (const Expr *Argument : Parser->arguments()) {
    const auto *A = dyn_cast<UnaryOperator>(Argument->IgnoreParenCasts());
    if (A == Out)
      return Next;
    const VarDecl *V = A && A->getOpcode() == UO_AddrOf ? variableOf(A->getSubExpr()) : nullptr;
    Next = AfterBases && V && V->getName() == Of.Namespace;
    AfterBases |= V && V->getName() == Of.Bases;
  }
  return false;
}

/// Whether whatever the variable is assigned is of a type that never changes, whoever else has it.
bool Containers::isAlwaysImmutable(const Function &F, const VarDecl *V) const {
  if (!V->hasLocalStorage() || isa<ParmVarDecl>(V))
    return false;
  bool Made = false;
  auto Keeps = [&](const Expr *Value) {
    bool Known = calls(Value, Knowledge::get().ImmutableResults);
    Made |= Known;
    return Known || isNull(Value, Index.context());
  };
  if (V->getInit() && !Keeps(V->getInit()))
    return false;
  UseCollector Collector(V, F.Decl->getBody());
  for (const Expr *Use : Collector.Found) {
    auto [By, Value] = Collector.consumer(Use);
    const auto *B = dyn_cast_or_null<BinaryOperator>(By);
    const auto *U = dyn_cast_or_null<UnaryOperator>(By);
    if ((B && B->isAssignmentOp() && B->getLHS() == Value && !Keeps(B->getRHS())) ||
        (U && U->getOpcode() == UO_AddrOf))
      return false;
  }
  return Made;
}

/// A variable that is assigned in several places holds what one of them gives.
ContainerOrigin Containers::ofLocal(const Function &F, const VarDecl *V) {
  ContainerOrigin Origin, Asked;
  Origin.Description = Asked.Description = "'" + V->getNameAsString() + "'";
  Asked.What = ContainerOrigin::Fresh; // x = f(x): what x was before is what the other assignments give
  auto [Slot, New] = Locals.try_emplace(V, Asked);
  if (!New)
    return Slot->second;
  std::optional<ContainerOrigin> Worst;
  UseCollector Collector(V, F.Decl->getBody());
  if (const Expr *Init = V->getInit(); Init && !isNull(Init, Index.context()))
    addPossibility(Worst, originAt(F, Init, Init));
  for (const Expr *Use : Collector.Found) {
    auto [By, Value] = Collector.consumer(Use);
    const auto *B = dyn_cast_or_null<BinaryOperator>(By);
    if (const auto *U = dyn_cast_or_null<UnaryOperator>(By); U && U->getOpcode() == UO_AddrOf) {
      const Stmt *Taker = Collector.consumer(U).first;
      if (const auto *C = dyn_cast_or_null<CallExpr>(Taker); C && isArgumentParser(C)) {
        ContainerOrigin Given = ofElement(F, C->getArg(0), C);
        Given.Description = Origin.Description;
        if (isa_and_nonnull<ParmVarDecl>(variableOf(C->getArg(0))) && !isForPackage(F))
          Given.Sureness = isClassNamespace(F, C, U) ? Confidence::Possible : Confidence::Likely;
        addPossibility(Worst, Given);
        continue;
      }
      auto Stores = assignedThrough(F, Taker, U);
      if (!Stores)
        return Locals[V] = Origin;
      for (const BinaryOperator *Store : *Stores)
        if (!isNull(Store->getRHS(), Index.context()))
          addPossibility(Worst, originAt(F, Store->getRHS(), Store));
      continue;
    }
    if (B && B->isAssignmentOp() && B->getLHS() == Value && !isNull(B->getRHS(), Index.context()))
      addPossibility(Worst, originAt(F, B->getRHS(), B));
  }
  if (Worst && !Worst->isPrivate())
    Origin = *Worst;
  return Locals[V] = Origin;
}

/// The address of a variable that the caller has, as likely as not for something new; not the arguments of a
/// vectorcall.
static bool leadsToVariable(QualType T) {
  return T->isPointerType() && T->getPointeeType()->isPointerType() &&
         !T->getPointeeType().isConstQualified();
}

/// What a function gets that functions of this unit call: one of the things that they give.
ContainerOrigin Containers::ofParameter(const Function &F, const ParmVarDecl *P) {
  ContainerOrigin Origin;
  Origin.Description = "the argument '" + P->getNameAsString() + "'";
  if (isForPackage(F) || leadsToVariable(P->getType()))
    Origin.Sureness = Confidence::Possible;
  if (F.Callers.empty() || F.InTable || !F.AddressTaken.empty() || EntriesOf.contains(&F))
    return Origin;
  auto [Slot, New] = Given.try_emplace(P, Origin);
  if (!New)
    return Slot->second;
  std::optional<ContainerOrigin> Worst, WorstUnlocked;
  for (const Call *C : F.Callers) {
    const Expr *Argument = argumentOf(C->Site, int(P->getFunctionScopeIndex()));
    if (!Argument || !Reach.of(C->In).intersects(ManyThreads))
      continue;
    ContainerOrigin Given = originAt(*C->In, Argument, C->Site);
    addPossibility(Worst, Given);
    auto Object = objectOf(Argument, Paths);
    bool Locked = Object && llvm::any_of(Locks.at(*C->In, C->Site),
                                         [&](const HeldLock &L) { return L.Lock == *Object; });
    if (!Locked)
      addPossibility(WorstUnlocked, Given);
  }
  if (Worst && F.Decl->isExternallyVisible()) { // nobody knows what other units give
    Origin.Sureness = Worst->isPrivate() ? Confidence::Possible : Confidence::Likely;
  } else if (Worst && !Worst->isPrivate() && WorstUnlocked && WorstUnlocked->isPrivate()) {
    Origin.What = ContainerOrigin::Guarded; // locked by those who need to
  } else if (Worst) {
    Origin.What = Worst->What;
    Origin.Sureness = Worst->Sureness;
  }
  return Given[P] = Origin;
}

/// A field of a struct that is no Python object. Such a struct often belongs to one call, so what others can
/// reach depends on what is stored there.
ContainerOrigin Containers::ofPlainField(const FieldDecl *Field) {
  ContainerOrigin Unknown;
  Unknown.Sureness = Confidence::Possible;
  auto [Slot, New] = Stored.try_emplace(Field, Unknown);
  if (!New)
    return Slot->second;
  std::optional<ContainerOrigin> Worst;
  for (const auto &F : Index.functions())
    for (const Expr *Initial : initialValues(*F, Field))
      addPossibility(Worst, originAt(*F, Initial, Initial));
  for (auto [F, By, Value] : Sites.of(Field)) {
    const auto *B = dyn_cast_or_null<BinaryOperator>(By);
    if (B && B->isAssignmentOp() && B->getLHS() == Value && !isNull(B->getRHS(), Index.context()))
      addPossibility(Worst, originAt(*F, B->getRHS(), B));
  }
  if (Worst && Worst->isPrivate() && usesOf(Field).Escapes)
    Worst = Unknown;
  return Stored[Field] = Worst.value_or(Unknown);
}

/// Fields that libraries set up once for each object.
static bool isFrozenField(const FieldDecl *Field) {
  return Knowledge::get().FrozenFields.contains(nameOf(Field));
}

/// What a field that is shared whatever it belongs to holds, in words; null for other expressions. Static
/// types are settled by their path.
static const std::string *sharedField(const Expr *E) {
  const auto *M = dyn_cast<MemberExpr>(E->IgnoreParenCasts());
  const auto *Field = M && M->isArrow() ? dyn_cast<FieldDecl>(M->getMemberDecl()) : nullptr;
  auto Row = Field ? Knowledge::get().SharedFields.find(nameOf(Field)) : Knowledge::get().SharedFields.end();
  bool OfStatic = M && isa<UnaryOperator>(M->getBase()->IgnoreParenCasts());
  return Row != Knowledge::get().SharedFields.end() && !OfStatic ? &Row->second : nullptr;
}

/// The tuple of PyTuple_GET_ITEM, which leaves no call behind.
static const Expr *elementOfTuple(const Expr *E) {
  const auto *A = dyn_cast<ArraySubscriptExpr>(E->IgnoreParenCasts());
  const auto *M = A ? dyn_cast<MemberExpr>(A->getBase()->IgnoreParenCasts()) : nullptr;
  bool OfTuple =
      M && M->getMemberDecl()->getName() == "ob_item" && typeName(M->getBase()->getType()) == "PyTupleObject";
  return OfTuple ? M->getBase()->IgnoreParenCasts() : nullptr;
}

ContainerOrigin Containers::ofField(const AccessPath &Path) {
  ContainerOrigin Origin;
  Origin.Description = "'" + Path.spelling() + "'";
  const FieldDecl *Last = Path.Fields.back();
  if (!Last) {
    if (const auto *P = dyn_cast_or_null<ParmVarDecl>(Path.Root); P && leadsToVariable(P->getType()))
      Origin.Sureness = Confidence::Possible;
    return Origin;
  }
  // Only the type object of a static type is known to stay as it is.
  bool TypeDict = Last->getIdentifier() && Last->getName() == "tp_dict" && Path.Kind == AccessPath::Static;
  if (TypeDict || isFrozenField(Last)) {
    Origin.What = ContainerOrigin::Immutable;
    return Origin;
  }
  bool OfCall = (Path.Kind == AccessPath::Local || Path.Kind == AccessPath::Parameter ||
                 Path.Kind == AccessPath::This) &&
                llvm::none_of(Path.Fields, [](const FieldDecl *Field) {
                  return Field && isObjectStruct(Field->getParent());
                });
  if (OfCall) {
    ContainerOrigin Of = ofPlainField(Last);
    // Python may have the whole object; but a class round a pointer is as private as what it is made for.
    bool Wrapper = std::distance(Last->getParent()->field_begin(), Last->getParent()->field_end()) == 1;
    bool Bound = Path.Kind == AccessPath::This && (Of.isPrivate() || Wrapper);
    Origin.What = Bound ? ContainerOrigin::Shared : Of.What;
    Origin.Sureness = Bound ? Confidence::Possible : Of.Sureness;
  }
  return Origin;
}

namespace {

/// Whether a body changes what is more than a local variable: a function that pops is no accessor.
struct SideEffects : BodyVisitor {
  bool Found = false;
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isAssignmentOp())
      changes(B->getLHS());
    return true;
  }
  bool VisitUnaryOperator(UnaryOperator *U) override {
    if (U->isIncrementDecrementOp() || U->getOpcode() == UO_AddrOf)
      changes(U->getSubExpr());
    return true;
  }
  bool VisitCallExpr(CallExpr *C) override { // what returns nothing is called for its effect
    const FunctionDecl *Callee = C->getDirectCallee();
    Found |= C->getType()->isVoidType() && !(Callee && Callee->isNoReturn());
    return true;
  }

private:
  void changes(const Expr *Target) {
    const VarDecl *V = variableOf(Target);
    Found |= !V || !V->hasLocalStorage() || isa<ParmVarDecl>(V);
  }
};

} // namespace

/// Whether the path is a field of what a variable is itself, such as the pointer in a handle: no object that
/// threads share, whatever it points to.
static bool isInHandle(const AccessPath &Path) {
  const auto *V = dyn_cast_or_null<VarDecl>(Path.Root);
  return V && V->hasLocalStorage() && !V->getType()->isPointerType() &&
         llvm::count_if(Path.Fields, [](const FieldDecl *Field) { return Field; }) == 1;
}

/// Whether the call stands for a field, or for an argument that the function leaves as it is.
bool Containers::isAccessor(const CallExpr *C) const {
  const Function *Callee = Index.find(C->getDirectCallee());
  auto Path = Callee ? Paths.resolve(C) : std::nullopt;
  if (!Path || isInHandle(*Path))
    return false;
  SideEffects Of;
  Of.TraverseStmt(Callee->Decl->getBody());
  return !Of.Found;
}

/// What a call gives, unless it is an accessor, which stands for what it returns.
std::optional<ContainerOrigin> Containers::ofCall(const Function &F, const CallExpr *C) {
  const Knowledge &K = Knowledge::get();
  ContainerOrigin Origin;
  if (calls(C, K.PrivateResults)) {
    Origin.What = ContainerOrigin::Fresh;
    return Origin;
  }
  if (calls(C, K.SameOrFresh))
    return ofSameOrFresh(F, C);
  std::string Name = qualifiedName(*C->getDirectCallee());
  if (auto Element = K.Elements.find(Name); Element != K.Elements.end())
    return ofElement(F, argumentOf(C, Element->second), C);
  auto Shared = K.SharedResults.find(Name);
  bool Known = Shared != K.SharedResults.end();
  if (!Known && isAccessor(C))
    return std::nullopt;
  Origin.Description = Known ? Shared->second : "the result of '" + displayName(*C->getDirectCallee()) + "'";
  // New as likely as not; and what only other units call may be part of the initialisation.
  if (!Known || Reach.of(&F) == ContextSet(Context::Escaped))
    Origin.Sureness = Confidence::Possible;
  return Origin;
}

ContainerOrigin Containers::ofPath(const Function &F, const AccessPath &Path, const Expr *Call) {
  const auto *Root = dyn_cast_or_null<VarDecl>(Path.Root);
  ContainerOrigin Origin;
  if (!Path.Fields.empty())
    Origin = ofField(Path);
  else if (const auto *P = dyn_cast_or_null<ParmVarDecl>(Root))
    return ofParameter(F, P);
  else if (Root && Path.Kind == AccessPath::Local)
    return ofLocal(F, Root);
  else
    Origin.Description = (Path.Kind == AccessPath::Static ? "the global '" : "'") + Path.spelling() + "'";
  if (!Origin.isPrivate())
    settle(Origin, Path, F, Call);
  return Origin;
}

ContainerOrigin Containers::originAt(const Function &F, const Expr *Container, const Expr *Call) {
  ContainerOrigin Origin;
  const Expr *E = Container->IgnoreParenCasts();
  const VarDecl *V = variableOf(E);
  if (isFreshCall(E) || calls(E, Knowledge::get().PrivateResults) ||
      (V && llvm::is_contained(factsOf(F).PrivateAt.lookup(Call), V))) {
    Origin.What = ContainerOrigin::Fresh;
    return Origin;
  }
  if (V && isAlwaysImmutable(F, V)) {
    Origin.What = ContainerOrigin::Immutable;
    return Origin;
  }
  Paths.enter(F.Decl);
  const Expr *Made = !V ? E : V->hasLocalStorage() ? Paths.onlyValueOf(V) : nullptr;
  if (V && Made && Made->IgnoreParenCasts() == Call) // in x = f(x), the argument is what x was before
    Made = nullptr;
  if (V && Made && isFreshCall(Made)) {
    Origin.Description = "'" + V->getNameAsString() + "', which was given away before";
    if (!factsOf(F).GivenAway.contains(V)) // to functions of other units alone
      Origin.Sureness = Confidence::Possible;
    return Origin;
  }
  const auto *C = dyn_cast_or_null<CallExpr>(Made ? Made->IgnoreParenCasts() : nullptr);
  if (C && C->getDirectCallee())
    if (auto Given = ofCall(F, C))
      return *Given;
  if (const std::string *Shared = sharedField(Made ? Made : E)) {
    Origin.Description = *Shared;
    return Origin;
  }
  if (const Expr *Tuple = elementOfTuple(Made ? Made : E))
    return ofElement(F, Tuple, Call);
  if (auto Path = Paths.resolve(E))
    return ofPath(F, *Path, Call);
  Origin.Description = "a container";
  Origin.Sureness = Confidence::Possible;
  return Origin;
}

} // namespace ungil
