#include "analysis/Freshness.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/SharedState.h"
#include "analysis/UniquenessTests.h"

#include "clang/AST/ExprCXX.h"
#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

constexpr unsigned MaxProvenance = 3; // callers asked for where an object comes from

const VarDecl *localNamedBy(const Expr *E) {
  const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
  const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
  return V && V->hasLocalStorage() ? V : nullptr;
}

bool isNull(const Expr *E) {
  E = E->IgnoreParenCasts();
  if (const auto *I = dyn_cast<IntegerLiteral>(E))
    return I->getValue() == 0;
  return isa<CXXNullPtrLiteralExpr>(E) || isa<GNUNullExpr>(E);
}

/// "PyArray_IterNew", "surface_new", "XML_ParserCreate": by convention such functions return something of
/// their own making, unless they may also return what is there ("get_or_create").
bool isNamedAsConstructor(llvm::StringRef Name) {
  if (Name.empty() || Knowledge::get().NewReferences.contains(Name) || hasWord(Name, "get") ||
      hasWord(Name, "or"))
    return false;
  return hasWord(Name, "new") || hasWord(Name, "create") || hasWord(Name, "alloc");
}

/// The outermost macro that stands for the function in a call through a table: "PyArray_SimpleNew(…)".
llvm::StringRef macroCalled(const CallExpr *C, const ASTContext &Context) {
  const SourceManager &SM = Context.getSourceManager();
  llvm::StringRef Name;
  for (SourceLocation Loc = C->getBeginLoc(); Loc.isMacroID(); Loc = SM.getImmediateMacroCallerLoc(Loc))
    if (!SM.isMacroArgExpansion(Loc))
      if (llvm::StringRef Macro = Lexer::getImmediateMacroName(Loc, SM, Context.getLangOpts());
          isNamedAsConstructor(Macro))
        Name = Macro;
  return Name;
}

/// `list[--n]`: whoever takes the last element out has it alone.
bool isPop(const Expr *E) {
  const auto *S = dyn_cast<ArraySubscriptExpr>(E);
  const auto *Index = S ? dyn_cast<UnaryOperator>(S->getIdx()->IgnoreParenImpCasts()) : nullptr;
  return Index && Index->getOpcode() == UO_PreDec;
}

class ValueCollector : public BodyVisitor {
public:
  ValueCollector(LocalValues &Out, const PathResolver &Paths) : Out(Out), Paths(Paths) {}

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitVarDecl(VarDecl *V) override {
    if (V->hasLocalStorage() && !isa<ParmVarDecl>(V) && V->getInit() && !isNull(V->getInit()))
      Out.Assigned[V].push_back(V->getInit());
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->getOpcode() != BO_Assign)
      return true;
    if (B->getType()->isPointerType() && !isNull(B->getRHS()))
      Out.Given.push_back(B->getRHS());
    if (const VarDecl *V = localNamedBy(B->getLHS())) {
      if (!isNull(B->getRHS()))
        Out.Assigned[V].push_back(B->getRHS());
      return true;
    }
    const VarDecl *Stored = localNamedBy(B->getRHS());
    auto To = Stored ? Paths.resolve(B->getLHS()) : std::nullopt;
    if (To && To->Kind != AccessPath::Local)
      Out.Published.try_emplace(Stored, B->getBeginLoc());
    return true;
  }

private:
  LocalValues &Out;
  const PathResolver &Paths;
};

/// Whether the condition holds only for a variable that is null, or that nobody else has a reference to.
bool leavesNothingShared(const Expr *Condition, const VarDecl *V) {
  Condition = Condition->IgnoreParenImpCasts();
  if (const auto *U = dyn_cast<UnaryOperator>(Condition))
    return U->getOpcode() == UO_LNot && localNamedBy(U->getSubExpr()) == V;
  const auto *B = dyn_cast<BinaryOperator>(Condition);
  if (B && B->getOpcode() == BO_LOr)
    return leavesNothingShared(B->getLHS(), V) && leavesNothingShared(B->getRHS(), V);
  if (!B || B->getOpcode() != BO_EQ)
    return false;
  if (localNamedBy(B->getLHS()) == V)
    return isNull(B->getRHS());
  const auto *Count = dyn_cast<CallExpr>(B->getLHS()->IgnoreParenImpCasts());
  const auto *One = dyn_cast<IntegerLiteral>(B->getRHS()->IgnoreParenImpCasts());
  const FunctionDecl *Callee = Count && Count->getNumArgs() ? Count->getDirectCallee() : nullptr;
  return Callee && One && One->getValue() == 1 && localNamedBy(Count->getArg(0)) == V &&
         Knowledge::get().ReferenceCounts.contains(Callee->getNameAsString());
}

class Returned : public BodyVisitor {
public:
  llvm::SmallVector<const Expr *, 4> Values;
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitIfStmt(IfStmt *I) override {
    const auto *R = dyn_cast<ReturnStmt>(I->getThen());
    const VarDecl *V = R && R->getRetValue() ? localNamedBy(R->getRetValue()) : nullptr;
    if (V && I->getCond() && leavesNothingShared(I->getCond(), V))
      Harmless = R;
    return true;
  }
  bool VisitReturnStmt(ReturnStmt *R) override {
    if (R->getRetValue() && R != Harmless)
      Values.push_back(R->getRetValue());
    return true;
  }

private:
  const ReturnStmt *Harmless = nullptr; ///< of the condition visited last
};

} // namespace

Freshness::Freshness(const UnitIndex &Index, const EntryPoints &Entries, const Contexts &Reach,
                     const PathResolver &Paths)
    : Index(Index), Reach(Reach), Paths(Paths) {
  for (const EntryPoint &Point : Entries.all())
    EnteredIn[Point.Target].add(Point.Where);
}

const LocalValues &Freshness::valuesOf(const Function &F) {
  auto &Slot = Values[&F];
  if (!Slot) {
    Slot = std::make_unique<LocalValues>();
    Paths.enter(F.Decl);
    ValueCollector(*Slot, Paths).TraverseStmt(F.Decl->getBody());
  }
  return *Slot;
}

bool Freshness::makesFresh(const Function &F, const Expr *E) {
  E = E->IgnoreParenCasts();
  if (isNull(E) || isa<CXXNewExpr>(E) || isPop(E))
    return true;
  if (const auto *O = dyn_cast<ConditionalOperator>(E))
    return makesFresh(F, O->getTrueExpr()) && makesFresh(F, O->getFalseExpr());
  if (const auto *T = dyn_cast<ExprWithCleanups>(E))
    return makesFresh(F, T->getSubExpr());
  if (const auto *B = dyn_cast<BinaryOperator>(E); B && (B->isCommaOp() || B->getOpcode() == BO_Assign))
    return makesFresh(F, B->getRHS());
  if (const auto *S = dyn_cast<StmtExpr>(E)) {
    const auto *Last = S->getSubStmt()->body_empty() ? nullptr : dyn_cast<Expr>(S->getSubStmt()->body_back());
    return Last && makesFresh(F, Last);
  }
  if (const VarDecl *V = localNamedBy(E); V && !isa<ParmVarDecl>(V))
    return isFresh(F, V);
  // Owners such as std::unique_ptr: made from a fresh object, asked for it.
  if (const auto *T = dyn_cast<MaterializeTemporaryExpr>(E))
    return makesFresh(F, T->getSubExpr());
  if (const auto *T = dyn_cast<CXXBindTemporaryExpr>(E))
    return makesFresh(F, T->getSubExpr());
  if (const auto *Made = dyn_cast<CXXConstructExpr>(E))
    return Made->getNumArgs() > 0 && makesFresh(F, Made->getArg(0));
  if (const auto *M = dyn_cast<CXXMemberCallExpr>(E);
      M && M->getNumArgs() == 0 && M->getType()->isPointerType() && !Index.find(M->getMethodDecl()))
    if (const VarDecl *Owner = localNamedBy(M->getImplicitObjectArgument()))
      return !isa<ParmVarDecl>(Owner) && isFresh(F, Owner);
  const auto *C = dyn_cast<CallExpr>(E);
  if (!C)
    return false;
  llvm::StringRef Name;
  if (const FunctionDecl *Callee = C->getDirectCallee())
    Name = Callee->getIdentifier() ? Callee->getName() : llvm::StringRef();
  else if (const auto *M = dyn_cast<MemberExpr>(C->getCallee()->IgnoreParenImpCasts()))
    Name = M->getMemberDecl()->getName();
  if (Name.empty())
    Name = macroCalled(C, Index.context());
  const Knowledge &K = Knowledge::get();
  if (K.Allocators.contains(Name) || K.Sharing.FreshResults.contains(Name) ||
      K.Sharing.ReturnNull.contains(Name))
    return true;
  if (K.Sharing.Wrapping.contains(Name) && C->getNumArgs())
    return makesFresh(F, C->getArg(0));
  const Function *Callee = Index.find(C->getDirectCallee());
  return Callee ? returnsFresh(*Callee) : isNamedAsConstructor(Name);
}

bool Freshness::isFresh(const Function &F, const VarDecl *V) {
  const LocalValues &Of = valuesOf(F);
  auto Known = Of.Assigned.find(V);
  if (Known == Of.Assigned.end())
    return false;
  if (!Asked.insert(V).second)
    return true; // what copies of one another hold is what the other assignments give them
  bool Fresh =
      llvm::all_of(Known->second, [&](const Expr *E) { return localNamedBy(E) != V && makesFresh(F, E); });
  Asked.erase(V);
  return Fresh;
}

/// Carries along which pointers hold a new object: the last assignment decides, on every path.
class FreshFlow {
public:
  using State = Freshness::FreshPointers;

  FreshFlow(Freshness &Of, const Function &F, Freshness::FreshAt &Out) : Of(Of), F(F), Out(Out) {}

  State entry() const { return {}; }
  bool join(State &Into, const State &From) const {
    return std::erase_if(Into, [&](const AccessPath &P) { return !From.contains(P); }) > 0;
  }
  void applyEdge(State &Now, const CFGBlock &From, unsigned Successor) const {
    const Expr *Object = foundUnique(From, Successor);
    if (!Object)
      return;
    if (auto P = pointerNamedBy(Object))
      Now.insert(*P);
    if (auto P = Of.Paths.resolve(Object)) // what the variable is a copy of
      Now.insert(*P);
  }
  void leave(const State &) const {}
  void visit(const State &Now, const CFGElement &Element) {
    auto S = Element.getAs<CFGStmt>();
    if (!S || Now.empty())
      return;
    if (!Last || *Last != Now)
      Last = std::make_shared<const State>(Now);
    Out[S->getStmt()] = Last;
  }
  void apply(State &Now, const CFGElement &Element) const {
    auto S = Element.getAs<CFGStmt>();
    if (!S)
      return;
    if (const auto *D = dyn_cast<DeclStmt>(S->getStmt())) {
      for (const Decl *Declared : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Declared); V && V->hasLocalStorage() && V->getInit())
          assign(Now, pathOf(V), V->getInit());
    } else if (const auto *U = dyn_cast<UnaryOperator>(S->getStmt()); U && U->getOpcode() == UO_AddrOf) {
      if (auto Given = pointerNamedBy(U->getSubExpr()))
        Now.erase(*Given); // a callee may store something else there
    } else if (const auto *B = dyn_cast<BinaryOperator>(S->getStmt()); B && B->getOpcode() == BO_Assign) {
      if (auto To = pointerNamedBy(B->getLHS()))
        assign(Now, *To, B->getRHS());
    }
  }

  /// The variable itself, whatever it stands for; or memory that belongs to no object.
  std::optional<AccessPath> pointerNamedBy(const Expr *E) const {
    if (!E->getType()->isPointerType())
      return std::nullopt;
    if (const VarDecl *V = localNamedBy(E))
      return pathOf(V);
    auto P = Of.Paths.resolve(E);
    bool Local = P && (P->Kind == AccessPath::Local || P->Kind == AccessPath::Parameter);
    return Local && !sharedLocation(*P, Of.Index) ? P : std::nullopt;
  }

private:
  static AccessPath pathOf(const VarDecl *V) {
    return {
        isa<ParmVarDecl>(V) ? AccessPath::Parameter : AccessPath::Local, V->getCanonicalDecl(), {}, false};
  }

  void assign(State &Now, const AccessPath &To, const Expr *Value) const {
    if (isNew(Now, Value))
      Now.insert(To);
    else
      Now.erase(To);
  }

  bool isNew(const State &Now, const Expr *E) const {
    E = E->IgnoreParenCasts();
    if (const auto *C = dyn_cast<ConditionalOperator>(E))
      return isNew(Now, C->getTrueExpr()) && isNew(Now, C->getFalseExpr());
    if (const auto *B = dyn_cast<BinaryOperator>(E); B && (B->isCommaOp() || B->getOpcode() == BO_Assign))
      return isNew(Now, B->getRHS());
    auto From = pointerNamedBy(E);
    return (From && Now.contains(*From)) || Of.makesFresh(F, E);
  }

  Freshness &Of;
  const Function &F;
  Freshness::FreshAt &Out;
  std::shared_ptr<const State> Last;
};

const Freshness::FreshAt &Freshness::flowOf(const Function &F) {
  auto &Slot = Flows[&F];
  if (Slot)
    return *Slot;
  auto Found = std::make_unique<FreshAt>();
  Paths.enter(F.Decl);
  bool Makes = llvm::any_of(valuesOf(F).Given, [&](const Expr *E) { return makesFresh(F, E); }) ||
               llvm::any_of(F.Calls, [](const Call &C) { return asksWhetherUnique(C.Site); });
  if (auto Graph = Makes ? FlowGraph::of(F.Decl) : nullptr) {
    FreshFlow Flow(*this, F, *Found);
    solveForward(Graph->cfg(), Flow);
  }
  return *(Flows[&F] = std::move(Found)); // the map may have grown
}

bool Freshness::isFreshAt(const Function &F, const AccessPath &P, const Expr *At) {
  const auto &Flow = flowOf(F);
  auto Now = Flow.find(At);
  if (Now == Flow.end())
    Now = Flow.find(At->IgnoreParenCasts());
  if (Now == Flow.end())
    return false;
  AccessPath Pointer{P.Kind, P.Root, {}, false};
  for (const FieldDecl *Field : P.Fields) {
    if (!Field && Now->second->contains(Pointer))
      return true;
    Pointer.Fields.push_back(Field);
  }
  return false;
}

bool Freshness::returnsFresh(const Function &F) {
  auto [At, New] = Returns.try_emplace(&F, false); // recursion is not fresh
  if (!New)
    return At->second;
  Returned All;
  All.TraverseStmt(F.Decl->getBody());
  bool Makes =
      !All.Values.empty() && llvm::all_of(All.Values, [&](const Expr *E) { return makesFresh(F, E); });
  // A function that returns nothing but NULL makes nothing.
  Makes = Makes && !llvm::all_of(All.Values, isNull);
  for (const Expr *E : All.Values)
    if (const VarDecl *V = localNamedBy(E); V && valuesOf(F).Published.contains(V))
      Makes = false;
  return Returns[&F] = Makes;
}

bool Freshness::argumentIsFresh(const Function &F, int Parameter, ContextSet Racing) {
  if (F.Callers.empty() || EnteredIn.lookup(&F).intersects(Racing))
    return false;
  auto [At, New] = Arguments.try_emplace({&F, Parameter}, true);
  if (!New)
    return At->second;
  bool Fresh = true;
  for (const Call *C : F.Callers) {
    if (!Fresh || C->In == &F || !Reach.of(C->In).intersects(Racing))
      continue;
    Paths.enter(C->In->Decl);
    const Expr *Argument = argumentOf(C->Site, Parameter);
    auto P = Argument ? Paths.resolve(Argument) : std::nullopt;
    bool ByAddress =
        P && P->Kind == AccessPath::Local && (P->IsAddress || !Argument->getType()->isPointerType());
    Fresh = Argument && (makesFresh(*C->In, Argument) || ByAddress ||
                         (P && isPrivate(*C->In, P->pointee(), C->Site, Racing)));
  }
  Arguments[{&F, Parameter}] = Fresh;
  return Fresh;
}

bool Freshness::mayBeNew(const Function &F, const AccessPath &P, ContextSet Racing, unsigned Depth) {
  if (P.Kind == AccessPath::Parameter && Depth < MaxProvenance) {
    unsigned Position = cast<ParmVarDecl>(P.Root)->getFunctionScopeIndex();
    return !F.Callers.empty() && !EnteredIn.lookup(&F).intersects(Racing) &&
           llvm::all_of(F.Callers, [&](const Call *C) {
             if (C->In == &F || !Reach.of(C->In).intersects(Racing))
               return true;
             Paths.enter(C->In->Decl);
             const Expr *Argument = argumentOf(C->Site, int(Position));
             auto Outside = Argument ? Paths.resolve(Argument) : std::nullopt;
             return Outside && (isPrivate(*C->In, Outside->pointee(), C->Site, Racing) ||
                                mayBeNew(*C->In, Outside->pointee(), Racing, Depth + 1));
           });
  }
  const LocalValues &Of = valuesOf(F);
  auto Known = P.Kind == AccessPath::Local ? Of.Assigned.find(cast<VarDecl>(P.Root)) : Of.Assigned.end();
  return Known != Of.Assigned.end() && llvm::any_of(Known->second, [&](const Expr *Value) {
           const auto *M = dyn_cast<MemberExpr>(Value->IgnoreParenCasts());
           const VarDecl *Holder = M && M->isArrow() ? localNamedBy(M->getBase()) : nullptr;
           return Holder && !isa<ParmVarDecl>(Holder) && isFresh(F, Holder);
         });
}

bool Freshness::isPrivate(const Function &F, const AccessPath &P, const Expr *At, ContextSet Racing) {
  if (P.Kind == AccessPath::Local) {
    const auto *V = cast<VarDecl>(P.Root);
    if (P.Fields.empty() || P.Fields.front()) // a struct on the stack
      return !V->getType()->isReferenceType();
    if (!isFresh(F, V) && !isFreshAt(F, P, At))
      return false;
    auto Published = valuesOf(F).Published.find(V);
    const SourceManager &SM = Index.context().getSourceManager();
    return Published == valuesOf(F).Published.end() ||
           !SM.isBeforeInTranslationUnit(SM.getExpansionLoc(Published->second),
                                         SM.getExpansionLoc(At->getBeginLoc()));
  }
  if (P.Kind == AccessPath::This) {
    if (isa<CXXConstructorDecl>(F.Decl) || isa<CXXDestructorDecl>(F.Decl))
      return true;
    return argumentIsFresh(F, ThisArgument, Racing);
  }
  if (P.Kind == AccessPath::Parameter)
    if (const auto *V = dyn_cast<ParmVarDecl>(P.Root))
      return argumentIsFresh(F, int(V->getFunctionScopeIndex()), Racing) || isFreshAt(F, P, At);
  return false;
}

} // namespace ungil
