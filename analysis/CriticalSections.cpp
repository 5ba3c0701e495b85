#include "analysis/CriticalSections.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Containers.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/ParentMap.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/Builtins.h"

#include <algorithm>

namespace ungil {

using namespace clang;

std::optional<AccessPath> objectOf(const Expr *E, const PathResolver &Paths) {
  auto P = E ? Paths.resolve(E) : std::nullopt;
  if (!P)
    return std::nullopt;
  return E->getType()->isPointerType() || P->IsAddress ? P->pointee() : *P;
}

bool Section::isOn(const AccessPath &Object) const { return llvm::is_contained(Objects, Object); }

namespace {

constexpr unsigned MaxStates =
    24; // of one place; more means that predicates multiply, and the function is given up

/// What can be open at a place: one of several possibilities, each with the predicates under which it holds.
struct Possibility {
  std::vector<const Section *> Open; ///< innermost last; null for a PyGILState_Ensure
  bool Detached = false;
  std::vector<std::pair<const VarDecl *, bool>> Assumed; ///< sorted

  bool operator==(const Possibility &) const = default;
  bool operator<(const Possibility &O) const {
    return std::tie(Open, Detached, Assumed) < std::tie(O.Open, O.Detached, O.Assumed);
  }
};

using Possibilities = std::vector<Possibility>; // sorted, without duplicates

void normalise(Possibilities &All) {
  llvm::sort(All);
  All.erase(std::unique(All.begin(), All.end()), All.end());
}

const LockEffect *sectionEffect(const Expr *Site) {
  const FunctionDecl *Callee = calleeOf(Site);
  if (!Callee || !Callee->getIdentifier())
    return nullptr;
  auto Known = Knowledge::get().LockFunctions.find(qualifiedName(*Callee));
  return Known != Knowledge::get().LockFunctions.end() && Known->second.Section ? &Known->second : nullptr;
}

const VarDecl *tokenOf(const Expr *Site, const LockEffect &Effect) {
  const Expr *E = argumentOf(Site, *Effect.Section);
  E = E ? E->IgnoreParenCasts() : nullptr;
  if (const auto *U = dyn_cast_or_null<UnaryOperator>(E); U && U->getOpcode() == UO_AddrOf)
    E = U->getSubExpr();
  return variableOf(E);
}

/// Lexical facts of a function: parents, and variables that decide whether a section is begun or ended.
class Lexical : public BodyVisitor {
public:
  explicit Lexical(Stmt *Body) : Parents(Body) { TraverseStmt(Body); }

  bool VisitIfStmt(IfStmt *I) override {
    if (const VarDecl *V = predicate(I->getCond()).first)
      Candidates.emplace_back(V, I);
    return true;
  }
  bool VisitCallExpr(CallExpr *C) override {
    HasSections |= sectionEffect(C) != nullptr;
    if (sectionEffect(C))
      for (const auto &[V, I] : Candidates)
        if (contains(I, C))
          Deciding.insert(V);
    return true;
  }
  bool VisitVarDecl(VarDecl *V) override {
    HasSections |= Knowledge::get().SectionGuards.contains(typeName(V->getType()));
    return true;
  }

  bool contains(const Stmt *Outer, const Stmt *Inner) const {
    for (; Inner; Inner = Parents.getParent(Inner))
      if (Inner == Outer)
        return true;
    return false;
  }

  const CompoundStmt *scopeOf(const VarDecl *V) {
    for (const auto &[S, Unused] : Scopes)
      if (S == V)
        return Unused;
    return nullptr;
  }
  bool VisitDeclStmt(DeclStmt *D) override {
    for (const Decl *Declared : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Declared))
        Scopes.emplace_back(V, dyn_cast_or_null<CompoundStmt>(Parents.getParent(D)));
    return true;
  }

  /// The loop or switch that a break or continue leaves or continues.
  const Stmt *targetOf(const Stmt *Jump) const {
    for (const Stmt *S = Parents.getParent(Jump); S; S = Parents.getParent(S))
      if (isa<WhileStmt>(S) || isa<DoStmt>(S) || isa<ForStmt>(S) || isa<CXXForRangeStmt>(S) ||
          (isa<SwitchStmt>(S) && isa<BreakStmt>(Jump)))
        return S;
    return nullptr;
  }

  /// The local variable whose value decides, and the value that takes the true branch.
  static std::pair<const VarDecl *, bool> predicate(const Expr *Condition) {
    bool Positive = true;
    for (;;) {
      Condition = Condition->IgnoreParenImpCasts();
      const auto *U = dyn_cast<UnaryOperator>(Condition);
      if (!U || U->getOpcode() != UO_LNot)
        break;
      Positive = !Positive;
      Condition = U->getSubExpr();
    }
    const VarDecl *V = variableOf(Condition);
    return {V && V->hasLocalStorage() ? V : nullptr, Positive};
  }

  ParentMap Parents;
  bool HasSections = false;
  llvm::DenseSet<const VarDecl *> Deciding;

private:
  std::vector<std::pair<const VarDecl *, const IfStmt *>> Candidates;
  std::vector<std::pair<const VarDecl *, const CompoundStmt *>> Scopes;
};

} // namespace

struct CriticalSections::Facts {
  std::vector<std::unique_ptr<Section>> Sections;
  std::vector<SectionEvent> Events;
  llvm::DenseMap<const Stmt *, const Section *> Innermost; ///< null where it differs from path to path
  llvm::DenseMap<const Stmt *, llvm::SmallVector<const Section *, 2>>
      Conditional; ///< where only a condition decides
};

class SectionFlow {
public:
  using State = Possibilities;

  SectionFlow(CriticalSections &All, Lexical &Text, CriticalSections::Facts &Out)
      : All(All), Text(Text), Out(Out) {}

  State entry() { return {Possibility{}}; }

  bool join(State &Into, const State &From) {
    std::size_t Before = Into.size();
    Into.insert(Into.end(), From.begin(), From.end());
    normalise(Into);
    TooMany |= Into.size() > MaxStates;
    return !TooMany && Into.size() != Before;
  }

  void apply(State &Now, const CFGElement &Element) {
    if (auto Dtor = Element.getAs<CFGAutomaticObjDtor>()) {
      end(Now, Dtor->getVarDecl(), nullptr);
      return;
    }
    auto Statement = Element.getAs<CFGStmt>();
    if (!Statement)
      return;
    const Stmt *S = Statement->getStmt();
    if (const auto *C = dyn_cast<CallExpr>(S))
      call(Now, C);
    else if (const auto *D = dyn_cast<DeclStmt>(S))
      declare(Now, D);
    else if (isa<ReturnStmt>(S) || isa<CXXThrowExpr>(S))
      leaveAll(Now, S);
    else if (const auto *B = dyn_cast<BinaryOperator>(S); B && B->isAssignmentOp())
      forget(Now, variableOf(B->getLHS()));
    normalise(Now);
  }

  void applyEdge(State &Now, const CFGBlock &From, unsigned Successor) {
    const Stmt *Terminator = From.getTerminatorStmt();
    if (!Terminator)
      return;
    if (const auto *G = dyn_cast<GotoStmt>(Terminator))
      return leaveScopes(Now, G, G->getLabel()->getStmt());
    if (isa<BreakStmt>(Terminator) || isa<ContinueStmt>(Terminator))
      return leaveScopes(Now, Terminator, Text.targetOf(Terminator));
    const auto *Condition = dyn_cast_or_null<Expr>(From.getTerminatorCondition());
    if (!Condition || From.succ_size() != 2)
      return;
    auto [V, Positive] = Lexical::predicate(Condition);
    if (V && Text.Deciding.contains(V))
      assume(Now, V, Positive == (Successor == 0));
  }

  void visit(const State &Now, const CFGElement &Element) {
    auto Statement = Element.getAs<CFGStmt>();
    if (!Statement || TooMany)
      return;
    bool Any = false, Same = true;
    const Section *First = nullptr;
    for (std::size_t I = 0; I != Now.size(); ++I) {
      const Section *Top = innermost(Now[I]);
      Any |= Top != nullptr;
      Same &= I == 0 || Top == First || (Top && First && Top->Begin == First->Begin);
      First = I == 0 ? Top : First;
    }
    if (Any)
      Out.Innermost[Statement->getStmt()] = Same ? First : nullptr;
    if (!Any || Same ||
        llvm::any_of(Now, [](const Possibility &P) { return !innermost(P) && P.Assumed.empty(); }))
      return;
    for (const Possibility &P : Now)
      if (const Section *Top = innermost(P))
        Out.Conditional[Statement->getStmt()].push_back(Top);
  }

  void leave(const State &Now) {
    for (const Possibility &P : Now)
      for (const Section *S : P.Open)
        if (S && !S->IsGuard)
          report(SectionEvent::StaysOpen, S->Begin, S);
  }

  bool TooMany = false;

private:
  static const Section *innermost(const Possibility &P) {
    for (const Section *S : llvm::reverse(P.Open))
      if (S)
        return S;
    return nullptr;
  }

  void report(SectionEvent::Kind What, const Stmt *At, const Section *Of, const Section *Other = nullptr) {
    for (const SectionEvent &E : Out.Events)
      if (E.What == What && E.At == At && E.Of == Of)
        return;
    Out.Events.push_back({What, At, Of, Other});
  }

  Section *make(const VarDecl *Token, const Stmt *Begin) {
    for (auto &S : Out.Sections)
      if (S->Begin == Begin && S->Token == Token)
        return S.get();
    Out.Sections.push_back(std::make_unique<Section>());
    Section *S = Out.Sections.back().get();
    S->Token = Token;
    S->Begin = Begin;
    return S;
  }

  /// A guard may take a handle that is made from the pointer on the spot.
  static const Expr *withoutConversion(const Expr *Operand) {
    for (;;) {
      Operand = Operand->IgnoreImplicit()->IgnoreParenCasts();
      const auto *Made = dyn_cast<CXXConstructExpr>(Operand);
      if (!Made || Made->getNumArgs() != 1)
        return Operand;
      Operand = Made->getArg(0);
    }
  }

  void addOperand(Section *S, const Expr *Operand) {
    if (Operand && S->IsGuard)
      Operand = withoutConversion(Operand);
    if (!Operand || llvm::is_contained(S->Operands, Operand))
      return;
    S->Operands.push_back(Operand);
    if (auto Object = objectOf(Operand, All.Paths))
      S->Objects.push_back(*Object);
  }

  void begin(State &Now, Section *S) {
    for (Possibility &P : Now) {
      const Section *Outer = innermost(P);
      if (llvm::any_of(P.Open, [&](const Section *O) { return O && O->Token == S->Token; })) {
        report(SectionEvent::BeginsAgain, S->Begin, S);
        llvm::erase_if(P.Open, [&](const Section *O) { return O && O->Token == S->Token; });
      } else if (Outer) {
        report(SectionEvent::Nested, S->Begin, S, Outer);
      }
      if (P.Detached)
        report(SectionEvent::BeginsDetached, S->Begin, S);
      P.Open.push_back(S);
    }
  }

  void end(State &Now, const VarDecl *Token, const Stmt *At) {
    for (Possibility &P : Now) {
      auto Found = llvm::find_if(P.Open, [&](const Section *S) { return S && S->Token == Token; });
      if (Found == P.Open.end()) {
        if (At)
          report(SectionEvent::NotBegun, At, make(Token, At));
        continue;
      }
      const Section *S = *Found;
      if (At)
        noteEnd(S, At);
      const Section *Later = innermost(P);
      if (At && Later != S)
        report(SectionEvent::NotInnermost, At, S, Later);
      if (At && P.Detached)
        report(SectionEvent::EndsDetached, At, S);
      P.Open.erase(Found);
    }
  }

  void noteEnd(const Section *Ended, const Stmt *At) {
    for (auto &S : Out.Sections)
      if (S.get() == Ended && !llvm::is_contained(S->Ends, At))
        S->Ends.push_back(At);
  }

  void call(State &Now, const CallExpr *C) {
    const Knowledge &K = Knowledge::get();
    if (const FunctionDecl *Callee = C->getDirectCallee(); Callee && Callee->isNoReturn()) {
      if (isLongJump(*Callee))
        leaveAll(Now, C);
      Now = {Possibility{}};
      return;
    }
    if (const LockEffect *Effect = sectionEffect(C)) {
      const VarDecl *Token = tokenOf(C, *Effect);
      if (!Token)
        return;
      if (Effect->What == LockEffect::EndSection)
        return end(Now, Token, C);
      Section *S = make(Token, C);
      S->OnMutex = typeName(argumentOf(C, Effect->Lock)->getType()) == "PyMutex";
      addOperand(S, argumentOf(C, Effect->Lock));
      if (Effect->AlsoLock)
        addOperand(S, argumentOf(C, *Effect->AlsoLock));
      return begin(Now, S);
    }
    if (calls(C, K.StateSavers) || calls(C, K.StateRestorers))
      for (Possibility &P : Now)
        P.Detached = calls(C, K.StateSavers);
    if (calls(C, K.StateAttachers))
      for (Possibility &P : Now) {
        P.Open.push_back(nullptr);
        P.Detached = false;
      }
    if (calls(C, K.StateReleasers))
      for (Possibility &P : Now)
        releaseState(P, C);
  }

  static bool isLongJump(const FunctionDecl &F) {
    unsigned Id = F.getBuiltinID();
    return Id == Builtin::BIlongjmp || Id == Builtin::BI_longjmp || Id == Builtin::BIsiglongjmp;
  }

  void releaseState(Possibility &P, const CallExpr *C) {
    auto Ensure = std::find(P.Open.rbegin(), P.Open.rend(), nullptr);
    if (Ensure == P.Open.rend())
      return;
    for (auto It = P.Open.rbegin(); It != Ensure; ++It)
      report(SectionEvent::OutlivesState, C, *It);
    P.Open.erase(std::next(Ensure).base());
  }

  void declare(State &Now, const DeclStmt *D) {
    for (const Decl *Declared : D->decls()) {
      const auto *V = dyn_cast<VarDecl>(Declared);
      if (!V || !V->hasLocalStorage())
        continue;
      forget(Now, V);
      if (!Knowledge::get().SectionGuards.contains(typeName(V->getType())))
        continue;
      Section *S = make(V, D);
      S->IsGuard = true;
      if (const auto *Construction =
              dyn_cast_or_null<CXXConstructExpr>(V->getInit() ? V->getInit()->IgnoreImplicit() : nullptr))
        for (const Expr *Argument : Construction->arguments())
          addOperand(S, Argument);
      begin(Now, S);
    }
  }

  void leaveAll(State &Now, const Stmt *At) {
    for (Possibility &P : Now) {
      for (const Section *S : P.Open)
        if (S && !S->IsGuard)
          report(SectionEvent::Leaves, At, S);
      llvm::erase_if(P.Open, [](const Section *S) { return !S || !S->IsGuard; });
    }
  }

  /// Target: the label's statement, or the loop or switch that is left.
  void leaveScopes(State &Now, const Stmt *Jump, const Stmt *Target) {
    for (Possibility &P : Now) {
      for (const Section *S : P.Open)
        if (S && leavesScope(*S, Jump, Target))
          report(SectionEvent::Leaves, Jump, S);
      llvm::erase_if(P.Open, [&](const Section *S) { return S && leavesScope(*S, Jump, Target); });
    }
    normalise(Now);
  }

  bool leavesScope(const Section &S, const Stmt *Jump, const Stmt *Target) {
    const CompoundStmt *Scope = S.IsGuard ? nullptr : Text.scopeOf(S.Token);
    if (!Scope || !Target || !Text.contains(Scope, Jump))
      return false;
    return Target == Scope || !Text.contains(Scope, Target);
  }

  void assume(State &Now, const VarDecl *V, bool Value) {
    llvm::erase_if(Now,
                   [&](const Possibility &P) { return llvm::is_contained(P.Assumed, std::pair(V, !Value)); });
    for (Possibility &P : Now)
      if (!llvm::is_contained(P.Assumed, std::pair(V, Value))) {
        P.Assumed.emplace_back(V, Value);
        llvm::sort(P.Assumed);
      }
    normalise(Now);
  }

  void forget(State &Now, const VarDecl *V) {
    if (V && Text.Deciding.contains(V))
      for (Possibility &P : Now)
        llvm::erase_if(P.Assumed, [&](const auto &A) { return A.first == V; });
  }

  CriticalSections &All;
  Lexical &Text;
  CriticalSections::Facts &Out;
};

CriticalSections::CriticalSections(const UnitIndex &Index, const PathResolver &Paths, Locksets &Locks)
    : Index(Index), Paths(Paths), Locks(Locks) {}

CriticalSections::~CriticalSections() = default;

CriticalSections::Facts &CriticalSections::factsOf(const Function &F) {
  auto &Slot = Known[&F];
  if (Slot)
    return *Slot;
  Slot = std::make_unique<Facts>();
  Facts &Out = *Slot;
  Lexical Text(F.Decl->getBody());
  if (!Text.HasSections)
    return Out;
  Paths.enter(F.Decl);
  auto Graph = FlowGraph::of(F.Decl);
  if (!Graph)
    return Out;
  SectionFlow Flow(*this, Text, Out);
  bool Solved = solveForward(Graph->cfg(), Flow);
  if (!Solved || Flow.TooMany)
    Out.Events.clear();
  const SourceManager &SM = Index.context().getSourceManager();
  llvm::sort(Out.Events, [&](const SectionEvent &A, const SectionEvent &B) {
    if (A.At == B.At)
      return A.What < B.What;
    return SM.isBeforeInTranslationUnit(A.At->getBeginLoc(), B.At->getBeginLoc());
  });
  return Out;
}

const std::vector<SectionEvent> &CriticalSections::eventsOf(const Function &F) { return factsOf(F).Events; }

bool CriticalSections::hasSections(const Function &F) { return !factsOf(F).Sections.empty(); }

const Section *CriticalSections::innermostAt(const Function &F, const Stmt *S) {
  return factsOf(F).Innermost.lookup(S);
}

bool CriticalSections::guardsWhereNeeded(const Function &F, const Expr *Access, const AccessPath &Object) {
  auto GuardsHere = [&](const Function &In, const Expr *At, const AccessPath &Of) {
    return guards(In, At, Of) ||
           llvm::any_of(factsOf(In).Conditional.lookup(At), [&](const Section *S) { return S->isOn(Of); });
  };
  if (GuardsHere(F, Access, Object))
    return true;
  bool OnlyCalled = !F.Callers.empty() && !F.InTable && F.AddressTaken.empty() && !hasSections(F) &&
                    !F.Decl->isExternallyVisible();
  return OnlyCalled && llvm::all_of(F.Callers, [&](const Call *C) {
           Paths.enter(C->In->Decl);
           auto Given = Paths.atCall(Object, C->Site);
           return Given && GuardsHere(*C->In, C->Site, *Given);
         });
}

bool CriticalSections::guards(const Function &F, const Expr *Call, const AccessPath &Object) {
  Facts &Of = factsOf(F);
  auto Here = Of.Innermost.find(Call);
  if (Here != Of.Innermost.end())
    return Here->second && Here->second->isOn(Object);
  return llvm::any_of(Locks.at(F, Call), [&](const HeldLock &L) { return L.Lock == Object; });
}

} // namespace ungil
