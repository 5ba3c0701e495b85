#include "analysis/StateFlow.h"

#include "analysis/StateExpressions.h"

#include "clang/AST/ExprCXX.h"

#include <algorithm>

namespace ungil {

using namespace clang;

namespace {

constexpr std::size_t MaxWorlds = 8;

bool isTest(const Expr *E) {
  const auto *C = dyn_cast<CallExpr>(E);
  const FunctionDecl *F = C ? C->getDirectCallee() : nullptr;
  return F && tellsAttached(*F);
}

/// For a question whether there is an interpreter: whether a nonzero answer says so.
std::optional<bool> tellsInterpreter(const Expr *E) {
  const auto *C = dyn_cast<CallExpr>(E);
  const FunctionDecl *F = C ? C->getDirectCallee() : nullptr;
  if (!F || !F->getIdentifier())
    return std::nullopt;
  auto Known = Knowledge::get().InterpreterTests.find(F->getName());
  return Known == Knowledge::get().InterpreterTests.end() ? std::nullopt : std::optional(Known->second);
}

/// A function of the project that only returns a condition stands for that condition.
Predicate throughWrappers(Predicate P, const UnitIndex &Index, const ASTContext &Context) {
  for (unsigned Depth = 0; Depth != 4; ++Depth) {
    const auto *C = dyn_cast<CallExpr>(P.Tested);
    const Function *F = C && C->getNumArgs() == 0 ? Index.find(C->getDirectCallee()) : nullptr;
    const auto *Body = F ? dyn_cast<CompoundStmt>(F->Decl->getBody()) : nullptr;
    const auto *Return = Body && Body->size() == 1 ? dyn_cast<ReturnStmt>(Body->body_front()) : nullptr;
    if (!Return || !Return->getRetValue())
      break;
    Predicate Inside = predicateOf(Return->getRetValue(), Context);
    P = {Inside.Tested, P.Positive == Inside.Positive};
  }
  return P;
}

/// Where the lambda captures the variable; for parameters, where they are declared.
SourceLocation capturedAt(const Function &F, const VarDecl *V) {
  if (const auto *Method = dyn_cast<CXXMethodDecl>(F.Decl); Method && Method->getParent()->isLambda())
    for (const LambdaCapture &C : Method->getParent()->captures())
      if (C.capturesVariable() && C.getCapturedVar() == V)
        return C.getLocation();
  return V->getLocation();
}

} // namespace

StateFlow::StateFlow(ThreadStates &All, ThreadStates::Facts &Out, const Function &In, const FlowGraph &Graph,
                     Attachment Entry, const OMPExecutableDirective *Region)
    : All(All), Out(Out), In(In), Graph(Graph), Entry(Entry), Region(Region), Context(All.Index.context()),
      SM(Context.getSourceManager()), Predicates(Context) {}

StateFlow::State StateFlow::entry() {
  World W;
  W.State = Entry;
  W.Since.At = Region;
  State Now{W};
  for (const VarDecl *V : ownedAtEntry())
    know(Now, V, true);
  return Now;
}

std::vector<const VarDecl *> StateFlow::ownedAtEntry() const {
  std::vector<const VarDecl *> Owned;
  if (Entry != Attachment::Detached || Region)
    return Owned;
  for (const ParmVarDecl *P : In.Decl->parameters())
    if (P->getType()->isRecordType())
      Owned.push_back(P);
  const auto *Method = dyn_cast<CXXMethodDecl>(In.Decl);
  if (Method && Method->getParent()->isLambda() && All.DropsClosure.contains(&In))
    for (const LambdaCapture &C : Method->getParent()->captures())
      if (C.capturesVariable() && C.getCaptureKind() == LCK_ByCopy)
        if (const auto *V = dyn_cast<VarDecl>(C.getCapturedVar()); V && V->getType()->isRecordType())
          Owned.push_back(V);
  return Owned;
}

/// Origins are kept in a fixed order, so that reports do not depend on the order of the joins.
const Stmt *StateFlow::first(const Stmt *A, const Stmt *B) const {
  if (!A || !B)
    return nullptr;
  return SM.isBeforeInTranslationUnit(B->getBeginLoc(), A->getBeginLoc()) ? B : A;
}

bool StateFlow::join(State &Into, const State &From) {
  bool Changed = false;
  for (const World &W : From) {
    auto Same = llvm::find_if(Into, [&](const World &O) { return O.sameKey(W); });
    if (Same == Into.end()) {
      Into.push_back(W);
      Changed = true;
      continue;
    }
    Changed |= Same->Facts.meet(W.Facts);
    const Stmt *Origin = first(Same->Since.At, W.Since.At);
    Changed |= Origin != Same->Since.At;
    Same->Since.At = Origin;
    Same->Since.ByTest |= W.Since.ByTest;
  }
  return collapse(Into) || Changed;
}

/// Too many ways are one way of which nothing is known.
bool StateFlow::collapse(State &Worlds) {
  if (Worlds.size() <= MaxWorlds)
    return false;
  Worlds.assign(1, World());
  return true;
}

void StateFlow::become(World &W, Attachment New, const Stmt *Site, bool ByTest) {
  W.State = New;
  W.Since = {Site, ByTest};
}

void StateFlow::know(State &Now, const ValueDecl *V, std::optional<bool> Holds) {
  if (!V)
    return;
  for (World &W : Now) {
    W.Facts.forget(Predicates, V);
    if (Holds && isa<VarDecl>(V))
      W.Facts.set(Predicates.ofVariable(V), *Holds);
  }
}

void StateFlow::rename(State &Now, const Expr *Maker, const void *Holder) {
  for (World &W : Now) {
    const World::Token *Made = W.find(Maker);
    if (!Made)
      continue;
    World::Token Moved = *Made;
    Moved.Holder = Holder;
    W.drop(Maker);
    W.drop(Holder);
    W.Tokens.push_back(Moved);
    llvm::sort(W.Tokens);
    TokenMakers[Holder] = Maker;
  }
}

void StateFlow::apply(State &Now, const CFGElement &Element) {
  if (auto S = Element.getAs<CFGStmt>())
    return statement(Now, S->getStmt());
  if (auto Dtor = Element.getAs<CFGAutomaticObjDtor>())
    return destroy(Now, Dtor->getVarDecl()->getType(), Dtor->getVarDecl(), Dtor->getTriggerStmt());
  if (auto Dtor = Element.getAs<CFGTemporaryDtor>()) {
    const CXXBindTemporaryExpr *Temporary = Dtor->getBindTemporaryExpr();
    return destroy(Now, Temporary->getType(), makerOf(Temporary->getSubExpr()), Temporary);
  }
  if (auto Dtor = Element.getAs<CFGMemberDtor>())
    return destroy(Now, Dtor->getFieldDecl()->getType(), Dtor->getFieldDecl(), nullptr);
  if (auto Dtor = Element.getAs<CFGBaseDtor>())
    return destroy(Now, Dtor->getBaseSpecifier()->getType(), Dtor->getBaseSpecifier(), nullptr);
  if (auto Init = Element.getAs<CFGInitializer>())
    if (const FieldDecl *Field = Init->getInitializer()->getAnyMember())
      rename(Now, makerOf(Init->getInitializer()->getInit()), Field);
}

void StateFlow::statement(State &Now, const Stmt *S) {
  if (const auto *D = dyn_cast<DeclStmt>(S)) {
    for (const Decl *Declared : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Declared))
        declare(Now, V);
  } else if (const auto *C = dyn_cast<CXXConstructExpr>(S)) {
    construct(Now, C);
  } else if (const auto *C = dyn_cast<CallExpr>(S)) {
    call(Now, C);
  } else if (const auto *B = dyn_cast<BinaryOperator>(S); B && B->isAssignmentOp()) {
    assign(Now, B->getLHS(), B->getOpcode() == BO_Assign ? B->getRHS() : nullptr);
  } else if (const auto *U = dyn_cast<UnaryOperator>(S); U && U->isIncrementDecrementOp()) {
    know(Now, namedBy(U->getSubExpr()), std::nullopt);
  }
}

void StateFlow::declare(State &Now, const VarDecl *V) {
  const Expr *Value = V->getInit();
  if (!Value)
    return know(Now, V, std::nullopt);
  const auto *Construction = dyn_cast<CXXConstructExpr>(Value->IgnoreImplicit());
  if (V->getType()->isRecordType()) {
    bool Empty =
        Construction && (Construction->getNumArgs() == 0 || isa<CXXDefaultArgExpr>(Construction->getArg(0)));
    know(Now, V, !Empty);
    return rename(Now, makerOf(Value), V);
  }
  const Expr *Maker = makerOf(Value);
  const auto *Made = dyn_cast<CallExpr>(Maker);
  const StateOperation *Operation = Made ? All.Api.operationOf(Made->getDirectCallee()) : nullptr;
  know(Now, V,
       Operation && Operation->What == StateOperation::Detach ? std::optional(true)
                                                              : constantTruth(Value, Context));
  rename(Now, Maker, V);
  Holders[Maker] = V;
}

void StateFlow::assign(State &Now, const Expr *Target, const Expr *Value) {
  const ValueDecl *V = namedBy(Target);
  if (!V)
    return;
  const Expr *Maker = Value ? makerOf(Value) : nullptr;
  const auto *Made = dyn_cast_or_null<CallExpr>(Maker);
  const StateOperation *Operation = Made ? All.Api.operationOf(Made->getDirectCallee()) : nullptr;
  bool Token = Operation && Operation->What == StateOperation::Detach;
  know(Now, V, Token ? std::optional(true) : Value ? constantTruth(Value, Context) : std::nullopt);
  if (!Maker)
    return;
  rename(Now, Maker, V);
  Holders[Maker] = V;
  if (Token)
    Out.KeptIn[Maker] = Target;
}

void StateFlow::construct(State &Now, const CXXConstructExpr *C) {
  if (C->getConstructor()->isMoveConstructor())
    moveFrom(Now, C->getArg(0));
  const Function *F = stateGuard(C->getType()) ? nullptr : All.Index.find(C->getConstructor());
  if (F)
    return callee(Now, F, C, nullptr);
  if (C->getConstructor()->isCopyOrMoveConstructor())
    return;
  for (StateOperation::Kind Guard : All.guardsIn(C->getType())) {
    StateOperation Operation;
    Operation.What = Guard;
    for (World &W : Now)
      operation(W, Operation, C);
  }
  collapse(Now);
}

/// What was moved from holds nothing any more.
void StateFlow::moveFrom(State &Now, const Expr *Argument) {
  const Expr *E = Argument->IgnoreParenCasts();
  if (const auto *C = dyn_cast<CallExpr>(E); C && C->getNumArgs() == 1)
    E = C->getArg(0)->IgnoreParenCasts();
  if (const auto *R = dyn_cast<DeclRefExpr>(E))
    know(Now, R->getDecl(), false);
}

void StateFlow::call(State &Now, const CallExpr *C) {
  const FunctionDecl *Callee = C->getDirectCallee();
  forgetArguments(Now, C);
  if (!Callee && isHook(*C))
    for (World &W : Now)
      if (W.State == Attachment::Detached)
        become(W, Attachment::Unknown, C);
  if (const StateOperation *Operation = All.Api.operationOf(Callee)) {
    for (World &W : Now)
      operation(W, *Operation, C);
    collapse(Now);
    return;
  }
  callee(Now, All.Index.find(Callee), C, nullptr);
}

/// A call can change what it gets the address of, and empties what is moved into it.
void StateFlow::forgetArguments(State &Now, const CallExpr *C) {
  for (const Expr *Argument : C->arguments()) {
    const Expr *E = Argument->IgnoreParenCasts();
    if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->getOpcode() == UO_AddrOf)
      know(Now, namedBy(U->getSubExpr()), std::nullopt);
    else if (Argument->isXValue())
      if (const auto *Move = dyn_cast<CallExpr>(E); Move && Move->isCallToStdMove())
        moveFrom(Now, Argument);
  }
  const auto *Member = dyn_cast<CXXMemberCallExpr>(C);
  const auto *Operator = dyn_cast<CXXOperatorCallExpr>(C);
  const Expr *Object = Member ? Member->getImplicitObjectArgument()
                       : Operator && Operator->isAssignmentOp() && Operator->getNumArgs()
                           ? Operator->getArg(0)
                           : nullptr;
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(C->getDirectCallee());
  const ValueDecl *V = namedBy(Object);
  if (!V || !Method || Method->isConst() || V->getType()->isPointerType())
    return;
  if (Method->isMoveAssignmentOperator())
    return know(Now, V, std::nullopt);
  bool Empties = Method->getIdentifier() && Knowledge::get().Emptiers.contains(Method->getName());
  know(Now, V, !Empties);
}

void StateFlow::applyEdge(State &Now, const CFGBlock &From, unsigned Successor) {
  if (From.hasNoReturnElement())
    return Now.clear();
  followCondition(Now, From, Successor);
  if (*(From.succ_begin() + Successor) != &Graph.cfg().getExit())
    return;
  AtExit[&From] = Now;
  if (throwOf(From)) // the caller does not go on after the call
    Now.clear();
}

void StateFlow::followCondition(State &Now, const CFGBlock &From, unsigned Successor) {
  const Expr *Condition = From.succ_size() == 2 ? From.getLastCondition() : nullptr;
  if (!Condition)
    return;
  Predicate P = throughWrappers(predicateOf(Condition, Context), All.Index, Context);
  bool Holds = P.Positive == (Successor == 0);
  if (auto Alive = tellsInterpreter(P.Tested); Alive && *Alive != Holds) {
    for (World &W : Now) { // nobody is left to hand anything back to
      W.Tokens.clear();
      become(W, Attachment::Unknown, P.Tested);
    }
    return;
  }
  if (isTest(P.Tested)) {
    Attachment Told = Holds ? Attachment::Attached : Attachment::Detached;
    Attachment Opposite = Holds ? Attachment::Detached : Attachment::Attached;
    llvm::erase_if(Now, [&](const World &W) { return W.State == Opposite; });
    for (World &W : Now)
      if (W.State != Told)
        become(W, Told, P.Tested, /*ByTest=*/true);
    return;
  }
  auto Known = Predicates.find(P.Tested);
  if (!Known)
    return;
  auto [Id, Negated] = *Known;
  Holds ^= Negated;
  llvm::erase_if(Now, [&, Id = Id](World &W) {
    auto Before = W.Facts.of(Id);
    if (!Before)
      W.Facts.set(Id, Holds);
    return Before && *Before != Holds;
  });
}

void StateFlow::leave(const State &Now) {
  Out.Returns = !Now.empty();
  if (Now.empty())
    return;
  bool Agree = llvm::all_of(Now, [&](const World &W) { return W.State == Now.front().State; });
  Out.Exit = Agree ? Now.front().State : Attachment::Unknown;
  for (const World &W : Now)
    Out.KeepsToken |= !W.Tokens.empty();
  for (const VarDecl *V : ownedAtEntry())
    visitDestruction(Now, V->getType(), V, capturedAt(In, V));
  judgeExits();
}

} // namespace ungil
