// What the flow of the thread state reports: Python touched while detached, and operations in the wrong
// state.

#include "analysis/Exceptions.h"
#include "analysis/Names.h"
#include "analysis/StateExpressions.h"
#include "analysis/StateFlow.h"
#include "compat/Clang.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

bool all(const StateFlow::State &Worlds, Attachment Wanted) {
  return !Worlds.empty() && llvm::all_of(Worlds, [&](const World &W) { return W.State == Wanted; });
}

bool hasDetached(const World &W) { return W.State == Attachment::Detached && W.Since.At && !W.Since.ByTest; }

bool toldDetached(const World &W) { return W.State == Attachment::Detached && W.Since.ByTest && W.Since.At; }

/// Detached on every path, or on a path on which a test has told so: that path was written for this case.
bool detached(const StateFlow::State &Worlds) {
  return all(Worlds, Attachment::Detached) || llvm::any_of(Worlds, toldDetached);
}

/// What every path here knows of the variable.
std::optional<bool> commonFact(const StateFlow::State &Now, PredicateTable &Predicates, const ValueDecl *V) {
  auto Value = Now.front().Facts.of(Predicates.ofVariable(V));
  bool Agree =
      llvm::all_of(Now, [&](const World &W) { return W.Facts.of(Predicates.ofVariable(V)) == Value; });
  return Agree ? Value : std::nullopt;
}

bool isClosure(QualType T) {
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  return Record && Record->isLambda();
}

const ParmVarDecl *parameterNamedBy(const Expr *E) {
  const auto *R = E ? dyn_cast<DeclRefExpr>(E->IgnoreParenImpCasts()) : nullptr;
  return R ? dyn_cast<ParmVarDecl>(R->getDecl()) : nullptr;
}

} // namespace

/// The uses in the callee that the arguments of the call do not rule out. What they ask of arguments that are
/// parameters here is asked of those.
std::vector<const DetachedUse *> StateFlow::usesInside(const Function &Callee, const Expr *Call,
                                                       DetachedUse &Here) {
  auto Inside = All.usesWhenEnteredDetached(Callee);
  llvm::erase_if(Inside, [&](const DetachedUse *Use) {
    return llvm::any_of(Use->Requires, [&](const auto &Required) {
      const Expr *Argument = argumentOf(Call, int(Required.first));
      auto Known = Argument ? constantTruth(Argument, Context) : std::nullopt;
      return Known && *Known != Required.second;
    });
  });
  if (!Inside.empty())
    for (auto [Index, Value] : Inside.front()->Requires)
      if (const ParmVarDecl *P = parameterNamedBy(argumentOf(Call, int(Index))))
        Here.Requires.push_back({P->getFunctionScopeIndex(), Value});
  return Inside;
}

void StateFlow::use(const State &Now, DetachedUse Use) {
  bool Everywhere = all(Now, Attachment::Detached);
  bool First = true;
  for (const World &W : Now) {
    if (Use.Conditional ? W.State != Attachment::Detached : !Everywhere && !toldDetached(W))
      continue;
    Use.Since.At = First ? W.Since.At : first(Use.Since.At, W.Since.At);
    Use.Since.ByTest |= W.Since.ByTest;
    First = false;
  }
  for (const ParmVarDecl *P : In.Decl->parameters())
    if (auto Value = commonFact(Now, Predicates, P); Value && !Use.Since.At)
      Use.Requires.push_back({P->getFunctionScopeIndex(), *Value});
  Out.Uses.push_back(std::move(Use));
}

/// What all ways agree on.
Attachment StateFlow::agreedIn(const State &Now) {
  bool Agree = all(Now, Now.front().State) && Now.front().State != Attachment::Outer;
  return Agree ? Now.front().State : Attachment::Unknown;
}

void StateFlow::visit(const State &Now, const CFGElement &Element) {
  if (Now.empty())
    return;
  if (auto Dtor = Element.getAs<CFGAutomaticObjDtor>()) {
    auto [At, New] = Out.AtEnd.try_emplace(Dtor->getVarDecl(), agreedIn(Now));
    if (!New && At->second != agreedIn(Now))
      At->second = Attachment::Unknown;
    return visitDestruction(Now, Dtor->getVarDecl()->getType(), Dtor->getVarDecl(),
                            Dtor->getVarDecl()->getLocation());
  }
  if (auto Dtor = Element.getAs<CFGTemporaryDtor>()) {
    const FunctionDecl *Maker = calleeOf(makerOf(Dtor->getBindTemporaryExpr()->getSubExpr()));
    if (All.Api.needOf(Maker) != PythonApi::Attached) // else the call is told already
      visitDestruction(Now, Dtor->getBindTemporaryExpr()->getType(), nullptr,
                       Dtor->getBindTemporaryExpr()->getSourceRange());
    return;
  }
  if (auto Dtor = Element.getAs<CFGDeleteDtor>())
    return visitDestruction(Now, Dtor->getDeleteExpr()->getDestroyedType(), nullptr,
                            Dtor->getDeleteExpr()->getSourceRange());
  auto S = Element.getAs<CFGStmt>();
  if (S && isa<CallExpr, CXXConstructExpr, CXXDeleteExpr, OMPExecutableDirective>(S->getStmt()))
    Out.At[S->getStmt()] = agreedIn(Now);
  const auto *E = S ? dyn_cast<Expr>(S->getStmt()) : nullptr;
  if (!E || (!isa<CallExpr>(E) && !isa<CXXConstructExpr>(E)))
    return;
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return visitConstruction(Now, C);
  const FunctionDecl *Callee = calleeOf(E);
  if (const StateOperation *Operation = All.Api.operationOf(Callee))
    return visitOperation(Now, *Operation, E);
  visitCall(Now, E, Callee);
}

/// Whether the function detaches on some paths only, and each of them comes to the statement before it
/// attaches again: then the condition for detaching says nothing about the statement.
bool StateFlow::followsDetaching(const State &Now, const Stmt *S) {
  const CFGBlock *Here = Graph.blockOf(S);
  bool Untouched = llvm::all_of(Now, [](const World &W) { return hasDetached(W) || !W.Since.At; });
  if (!Here || !Untouched || llvm::none_of(Now, hasDetached))
    return false;
  return llvm::all_of(Now, [&](const World &W) {
    const CFGBlock *Detaches = W.Since.At ? Graph.blockOf(W.Since.At) : nullptr;
    return !W.Since.At || (Detaches && privateToken(W.Since.At) && postDominates(*Here, *Detaches));
  });
}

/// What nothing is known of is taken to run its callback before it returns; the standard library is known.
static bool runsAtOnce(const FunctionDecl &F) {
  auto Known = Knowledge::get().Callbacks.find(qualifiedName(F));
  if (Known == Knowledge::get().Callbacks.end())
    return !F.isInStdNamespace();
  return llvm::none_of(Known->second, [](const Callback &C) { return C.Where.has_value(); });
}

/// What attaches further on, on every path from here, with a state that the function did not keep itself: then
/// it was entered detached. Nothing else may change the state before.
const Expr *StateFlow::attachesLater(const State &Now, const Stmt *S) {
  const CFGBlock *Here = Graph.blockOf(S);
  if (!Here || Entry != Attachment::Unknown || Region ||
      !llvm::all_of(Now, [](const World &W) { return W.State == Attachment::Unknown && !W.Since.At; }))
    return nullptr;
  for (const Call &C : In.Calls) {
    const StateOperation *Operation = All.Api.operationOf(C.Callee);
    if (!Operation || Operation->What != StateOperation::Attach || !Operation->Token)
      continue;
    const ValueDecl *Token = namedBy(argumentOf(C.Site, *Operation->Token));
    const auto *V = dyn_cast_or_null<VarDecl>(Token);
    if (!Token || (V && V->hasLocalStorage() && !isa<ParmVarDecl>(V)) || !comesFirst(C))
      continue;
    const CFGBlock *There = Graph.blockOf(C.Site);
    if (There == Here ? SM.isBeforeInTranslationUnit(S->getBeginLoc(), C.Site->getBeginLoc())
                      : There && postDominates(*There, *Here))
      return C.Site;
  }
  return nullptr;
}

/// Whether all that changes the thread state comes after the call.
bool StateFlow::comesFirst(const Call &First) {
  const CFGBlock *Block = Graph.blockOf(First.Site);
  if (!Dominators) {
    Dominators = std::make_unique<CFGDomTree>();
    Dominators->buildDominatorTree(const_cast<CFG *>(&Graph.cfg()));
  }
  return Block && llvm::all_of(In.Calls, [&](const Call &C) {
           const Function *F = All.Index.find(C.Callee);
           bool Changes = All.Api.operationOf(C.Callee) || (F && All.Users.contains(F)) ||
                          (isa<CXXConstructExpr>(C.Site) && !All.guardsIn(C.Site->getType()).empty());
           const CFGBlock *Other = Changes && C.Site != First.Site ? Graph.blockOf(C.Site) : nullptr;
           if (!Other)
             return true;
           return Other == Block ? SM.isBeforeInTranslationUnit(First.Site->getBeginLoc(), C.Site->getBeginLoc())
                                 : Dominators->dominates(Block, Other);
         });
}

bool StateFlow::postDominates(const CFGBlock &Later, const CFGBlock &Earlier) {
  if (!PostDominators) {
    PostDominators = std::make_unique<CFGPostDomTree>();
    PostDominators->buildDominatorTree(const_cast<CFG *>(&Graph.cfg()));
  }
  return PostDominators->dominates(&Later, &Earlier);
}

/// A function that is given to foreign code, which runs it before it returns, runs in the caller's state.
void StateFlow::visitCallbacks(const State &Now, const CallExpr *C) {
  const FunctionDecl *Callee = C->getDirectCallee();
  if (!llvm::all_of(Now, hasDetached) || !Callee || All.Index.find(Callee) || !runsAtOnce(*Callee))
    return;
  for (const Expr *Argument : C->arguments()) {
    const Function *Passed = All.Index.find(functionNamedBy(Argument));
    auto Inside = Passed ? All.usesWhenEnteredDetached(*Passed) : std::vector<const DetachedUse *>();
    if (Inside.empty())
      continue;
    DetachedUse Use;
    Use.Where = Argument->getSourceRange();
    Use.Name = displayName(*Passed->Decl);
    Use.Callee = Passed;
    Use.Inner = Inside.front();
    Use.What = Use.Inner->innermost().What;
    use(Now, std::move(Use));
  }
}

/// An exception that leaves a detached stretch takes the thread state with it.
void StateFlow::visitThrowingCall(const State &Now, const Expr *Site, const Function &Callee) {
  if (!llvm::all_of(Now, hasDetached) || !All.throwsOut(Callee) || isCaught(Site, In))
    return;
  const Stmt *Detaches = Now.front().Since.At;
  if (const VarDecl *Token = privateToken(Detaches))
    Out.Imbalances.push_back(
        {StateImbalance::ThrownDetached, Site->getSourceRange(), Detaches->getSourceRange(), Token, nullptr});
}

void StateFlow::visitCall(const State &Now, const Expr *Site, const FunctionDecl *Callee) {
  if (!Callee || inIgnoredMacro(Site->getBeginLoc(), Context))
    return;
  const bool Always = detached(Now);
  const Expr *Attaches = Always ? nullptr : attachesLater(Now, Site);
  if (!Always && !Attaches && !followsDetaching(Now, Site))
    return;
  DetachedUse Use;
  Use.Conditional = !Always && !Attaches;
  Use.Since = {Attaches, false, Attaches != nullptr};
  Use.Where = Site->getSourceRange();
  const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
  if (Method && Method->isCopyAssignmentOperator() &&
      All.destroysReference(Use, recordType(Context, Method->getParent()))) {
    Use.IsCopy = true;
    Use.Name = typeName(recordType(Context, Method->getParent()));
    return use(Now, std::move(Use));
  }
  Use.Name = displayName(*Callee);
  Use.What = All.Api.needOf(Callee);
  if (Use.What == PythonApi::Nothing) {
    const Function *F = All.Index.find(Callee);
    if (!Always) // what the callee does may depend on the condition
      return;
    if (F && F != &In)
      visitThrowingCall(Now, Site, *F);
    if (const auto *C = dyn_cast<CallExpr>(Site))
      visitCallbacks(Now, C);
    auto Inside = F && F != &In ? usesInside(*F, Site, Use) : std::vector<const DetachedUse *>();
    if (Inside.empty())
      return;
    Use.Callee = F;
    Use.Inner = Inside.front();
    Use.What = Use.Inner->innermost().What;
    return use(Now, std::move(Use));
  }
  if (Use.What != PythonApi::Attached && isa<CallExpr>(Site) && cast<CallExpr>(Site)->getNumArgs()) {
    const Expr *Object = cast<CallExpr>(Site)->getArg(0);
    if (isImmortal(Object) || constantTruth(Object, Context) == false)
      return;
    const auto *V = dyn_cast_or_null<VarDecl>(namedBy(Object));
    bool IsValue = V && isa<DeclRefExpr>(Object->IgnoreParenCasts());
    if (IsValue && llvm::none_of(Now, [&](const World &W) {
          return (Attaches || W.State == Attachment::Detached) && W.Facts.of(Predicates.ofVariable(V)) != false;
        }))
      return;
  }
  use(Now, std::move(Use));
}

void StateFlow::visitConstruction(const State &Now, const CXXConstructExpr *C) {
  if (!detached(Now) || stateGuard(C->getType()) || C->isElidable())
    return;
  const CXXConstructorDecl *Constructor = C->getConstructor();
  if (Constructor->isCopyConstructor())
    return visitCopy(Now, C);
  if (!Constructor->isCopyOrMoveConstructor())
    visitCall(Now, C, Constructor);
}

/// Whether the copy of a std::function and its like copies a closure that owns a reference.
bool StateFlow::copiesContent(DetachedUse &Use, const Expr *From) const {
  const auto *V = dyn_cast_or_null<VarDecl>(namedBy(From));
  return V && All.destroysContent(Use, *V);
}

/// A copy takes a reference when its constructor does, or when the copy's destructor will drop one.
void StateFlow::visitCopy(const State &Now, const CXXConstructExpr *C) {
  DetachedUse Use;
  if (const Function *F = All.Index.find(C->getConstructor())) {
    auto Inside = All.usesWhenEnteredDetached(*F);
    if (Inside.empty())
      return;
    Use.Callee = F;
    Use.Inner = Inside.front();
    Use.What = Use.Inner->innermost().What;
  } else if (Knowledge::get().OwningPointers.contains(typeName(C->getType())) ||
             (!All.destroysReference(Use, C->getType()) && !copiesContent(Use, C->getArg(0)))) {
    return;
  } else {
    Use = DetachedUse();
    Use.What = PythonApi::Increment;
  }
  Use.IsCopy = true;
  Use.Where = C->getSourceRange();
  Use.Name = isClosure(C->getType()) ? "closure" : typeName(C->getType());
  use(Now, std::move(Use));
}

void StateFlow::visitDestruction(const State &Now, QualType T, const VarDecl *V, SourceRange Where) {
  if (!detached(Now) || T.isNull() || stateGuard(T))
    return;
  // Only what surely holds something: a moved-from or default-constructed object drops nothing.
  if (V && !llvm::all_of(Now, [&](const World &W) { return W.Facts.of(Predicates.ofVariable(V)) == true; }))
    return;
  DetachedUse Use;
  if (!All.destroysReference(Use, T) && !(V && All.destroysContent(Use, *V)))
    return;
  Use.Where = Where;
  Use.Variable = V;
  Use.IsDestruction = true;
  Use.Name = isClosure(T) ? "closure" : typeName(T);
  use(Now, std::move(Use));
}

void StateFlow::visitOperation(const State &Now, const StateOperation &Operation, const Expr *Site) {
  auto Own = [](const World &W) { return W.Since.At && !W.Since.ByTest; };
  if (!llvm::all_of(Now, Own))
    return;
  const Stmt *Before = Now.front().Since.At;
  auto Report = [&](StateImbalance::Kind What) {
    Out.Imbalances.push_back({What, Site->getSourceRange(), Before->getSourceRange(), nullptr, nullptr});
  };
  if (Operation.What == StateOperation::Detach && all(Now, Attachment::Detached))
    Report(StateImbalance::DetachedTwice);
  if (Operation.What == StateOperation::Attach && Operation.Token && all(Now, Attachment::Attached))
    Report(StateImbalance::AttachedTwice);
  if (Operation.What == StateOperation::Restore && all(Now, Attachment::Detached))
    Report(StateImbalance::RestoredDetached);
}

} // namespace ungil
