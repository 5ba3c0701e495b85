#include "analysis/StateFlow.h"

#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"

#include <algorithm>

namespace ungil {

using namespace clang;

namespace {

constexpr std::size_t MaxWorlds = 8;

const ValueDecl *namedBy(const Expr *E) {
  if (!E)
    return nullptr;
  E = E->IgnoreParenCasts();
  if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->getOpcode() == UO_Deref)
    E = U->getSubExpr()->IgnoreParenCasts();
  if (const auto *R = dyn_cast<DeclRefExpr>(E))
    return R->getDecl();
  if (const auto *M = dyn_cast<MemberExpr>(E))
    return M->getMemberDecl();
  return nullptr;
}

/// The call or construction that made the value.
const Expr *makerOf(const Expr *E) {
  for (;;) {
    const Expr *Before = E;
    E = E->IgnoreParenCasts();
    if (const auto *C = dyn_cast<ExprWithCleanups>(E))
      E = C->getSubExpr();
    else if (const auto *T = dyn_cast<CXXBindTemporaryExpr>(E))
      E = T->getSubExpr();
    else if (const auto *M = dyn_cast<MaterializeTemporaryExpr>(E))
      E = M->getSubExpr();
    else if (const auto *C = dyn_cast<CXXConstructExpr>(E); C && C->isElidable() && C->getNumArgs())
      E = C->getArg(0);
    if (E == Before)
      return E;
  }
}

std::optional<bool> constantTruth(const Expr *E, const ASTContext &Context) {
  E = E->IgnoreParenCasts();
  if (isa<CXXNullPtrLiteralExpr>(E) || isa<GNUNullExpr>(E))
    return false;
  Expr::EvalResult Value;
  if (E->isValueDependent() || !E->getType()->isIntegralOrEnumerationType() ||
      !E->EvaluateAsInt(Value, Context))
    return std::nullopt;
  return Value.Val.getInt() != 0;
}

bool isTest(const Expr *E) {
  const auto *C = dyn_cast<CallExpr>(E);
  const FunctionDecl *F = C ? C->getDirectCallee() : nullptr;
  return F && tellsAttached(*F);
}

bool all(const StateFlow::State &Worlds, Attachment Wanted) {
  return !Worlds.empty() && llvm::all_of(Worlds, [&](const World &W) { return W.State == Wanted; });
}

bool toldDetached(const World &W) { return W.State == Attachment::Detached && W.Since.ByTest && W.Since.At; }

/// Detached on every path, or on a path on which a test has told so: that path was written for this case.
bool detached(const StateFlow::State &Worlds) {
  return all(Worlds, Attachment::Detached) || llvm::any_of(Worlds, toldDetached);
}

} // namespace

StateFlow::StateFlow(ThreadStates &All, ThreadStates::Facts &Out, const Function &In, const FlowGraph &Graph,
                     Attachment Entry)
    : All(All), Out(Out), In(In), Graph(Graph), Entry(Entry), Context(All.Index.context()),
      SM(Context.getSourceManager()), Predicates(Context) {}

StateFlow::State StateFlow::entry() {
  World W;
  W.State = Entry;
  State Now{W};
  for (const VarDecl *V : ownedAtEntry())
    know(Now, V, true);
  return Now;
}

std::vector<const VarDecl *> StateFlow::ownedAtEntry() const {
  std::vector<const VarDecl *> Owned;
  if (Entry != Attachment::Detached)
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
  if (const StateOperation::Kind *Guard = stateGuard(C->getType())) {
    if (C->getConstructor()->isCopyOrMoveConstructor())
      return;
    StateOperation Operation;
    Operation.What = *Guard;
    for (World &W : Now)
      operation(W, Operation, C);
    collapse(Now);
    return;
  }
  callee(Now, All.Index.find(C->getConstructor()), C, nullptr);
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

void StateFlow::operation(World &W, const StateOperation &Operation, const Expr *Site) {
  const Expr *Token = Operation.Token ? argumentOf(Site, *Operation.Token) : nullptr;
  switch (Operation.What) {
  case StateOperation::Detach:
    return become(W, Attachment::Detached, Site);
  case StateOperation::Attach:
    return become(W, Attachment::Attached, Site);
  case StateOperation::Ensure:
    W.keep(Site);
    return become(W, Attachment::Attached, Site);
  case StateOperation::Restore:
    return restore(W, namedBy(Token), Site);
  case StateOperation::Swap: {
    const ValueDecl *V = namedBy(Token);
    auto Known = V && isa<VarDecl>(V) ? W.Facts.of(Predicates.ofVariable(V)) : std::nullopt;
    if (Token && constantTruth(Token, Context) == false)
      Known = false;
    return become(W,
                  !Known   ? Attachment::Unknown
                  : *Known ? Attachment::Attached
                           : Attachment::Detached,
                  Site);
  }
  case StateOperation::Forget:
    return become(W, Attachment::Unknown, Site);
  }
}

void StateFlow::restore(World &W, const void *Key, const Stmt *Site) {
  const World::Token *Token = W.find(Key);
  if (!Token)
    return become(W, Attachment::Outer, Site);
  bool Detaches = Token->Before == Attachment::Detached;
  W.State = Token->Before;
  W.Since = Detaches ? Token->Since : StateOrigin{Site};
  GivenBack.insert(Key);
  W.drop(Key);
}

/// A function of the project, by its summary for each of the states.
void StateFlow::callee(State &Now, const Function *F, const Expr *Site, const VarDecl *Object) {
  if (!F || !All.Users.contains(F))
    return;
  llvm::erase_if(Now, [&](World &W) {
    const ThreadStates::Facts *Effect =
        All.effectOf(F, W.State == Attachment::Outer ? Attachment::Unknown : W.State);
    if (!Effect)
      return false;
    if (!Effect->Returns)
      return true;
    if (Effect->KeepsToken)
      W.keep(Site);
    if (Effect->Exit == Attachment::Outer) {
      const auto *C = dyn_cast_or_null<CallExpr>(Site);
      const void *Key = Object;
      for (unsigned I = 0; C && I != C->getNumArgs(); ++I)
        if (const ValueDecl *V = namedBy(C->getArg(I)); V && W.find(V))
          Key = V;
      restore(W, Key, Site);
      if (W.State == Attachment::Outer && Object)
        W.State = Attachment::Unknown;
    } else if (Effect->Exit != W.State) {
      become(W, Effect->Exit, Site);
    }
    return false;
  });
  collapse(Now);
}

void StateFlow::destroy(State &Now, QualType T, const VarDecl *V, const Stmt *Trigger) {
  if (const StateOperation::Kind *Guard = stateGuard(T)) {
    for (World &W : Now)
      if (*Guard == StateOperation::Detach)
        become(W, Attachment::Attached, Trigger);
      else
        restore(W, V, Trigger);
    return;
  }
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  if (const CXXDestructorDecl *Dtor = Record && Record->hasDefinition() ? Record->getDestructor() : nullptr)
    callee(Now, All.Index.find(Dtor), nullptr, V);
}

void StateFlow::applyEdge(State &Now, const CFGBlock &From, unsigned Successor) {
  if (From.hasNoReturnElement())
    return Now.clear();
  if (const CFGBlock *Next = *(From.succ_begin() + Successor); Next == &Graph.cfg().getExit())
    AtExit[&From] = Now;
  const Expr *Condition = From.succ_size() == 2 ? From.getLastCondition() : nullptr;
  if (!Condition)
    return;
  Predicate P = predicateOf(Condition, Context);
  bool Holds = P.Positive == (Successor == 0);
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
    visitDestruction(Now, V->getType(), V, V->getLocation());
  judgeExits();
}

//===-- what is reported
//------------------------------------------------------------------------------------------===//

void StateFlow::use(const State &Now, DetachedUse Use) {
  bool Everywhere = all(Now, Attachment::Detached);
  bool First = true;
  for (const World &W : Now) {
    if (!Everywhere && !toldDetached(W))
      continue;
    Use.Since.At = First ? W.Since.At : first(Use.Since.At, W.Since.At);
    Use.Since.ByTest |= W.Since.ByTest;
    First = false;
  }
  Out.Uses.push_back(std::move(Use));
}

void StateFlow::visit(const State &Now, const CFGElement &Element) {
  if (Now.empty())
    return;
  if (auto Dtor = Element.getAs<CFGAutomaticObjDtor>())
    return visitDestruction(Now, Dtor->getVarDecl()->getType(), Dtor->getVarDecl(),
                            Dtor->getVarDecl()->getLocation());
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
  const auto *E = S ? dyn_cast<Expr>(S->getStmt()) : nullptr;
  if (!E || (!isa<CallExpr>(E) && !isa<CXXConstructExpr>(E)))
    return;
  bool Agree = llvm::all_of(Now, [&](const World &W) { return W.State == Now.front().State; });
  Out.At[E] = Agree && Now.front().State != Attachment::Outer ? Now.front().State : Attachment::Unknown;
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return visitConstruction(Now, C);
  const FunctionDecl *Callee = calleeOf(E);
  if (const StateOperation *Operation = All.Api.operationOf(Callee))
    return visitOperation(Now, *Operation, E);
  visitCall(Now, E, Callee);
}

void StateFlow::visitCall(const State &Now, const Expr *Site, const FunctionDecl *Callee) {
  if (!Callee || !detached(Now) || inIgnoredMacro(Site->getBeginLoc(), Context))
    return;
  DetachedUse Use;
  Use.Where = Site->getSourceRange();
  const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
  if (Method && Method->isCopyAssignmentOperator() &&
      destroysReference(Use, Context.getRecordType(Method->getParent()), 0)) {
    Use.IsCopy = true;
    Use.Name = typeName(Context.getRecordType(Method->getParent()));
    return use(Now, std::move(Use));
  }
  Use.Name = displayName(*Callee);
  Use.What = All.Api.needOf(Callee);
  if (Use.What == PythonApi::Nothing) {
    const Function *F = All.Index.find(Callee);
    auto Inside = F && F != &In ? All.usesWhenEnteredDetached(*F) : std::vector<const DetachedUse *>();
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
    if (IsValue &&
        llvm::any_of(Now, [&](const World &W) { return W.Facts.of(Predicates.ofVariable(V)) == false; }))
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
             !destroysReference(Use, C->getType(), 0)) {
    return;
  } else {
    Use = DetachedUse();
    Use.What = PythonApi::Increment;
  }
  Use.IsCopy = true;
  Use.Where = C->getSourceRange();
  Use.Name = typeName(C->getType());
  use(Now, std::move(Use));
}

void StateFlow::visitDestruction(const State &Now, QualType T, const VarDecl *V, SourceRange Where) {
  if (!detached(Now) || T.isNull() || stateGuard(T))
    return;
  // Only what surely holds something: a moved-from or default-constructed object drops nothing.
  if (V && !llvm::all_of(Now, [&](const World &W) { return W.Facts.of(Predicates.ofVariable(V)) == true; }))
    return;
  DetachedUse Use;
  if (!destroysReference(Use, T, 0))
    return;
  Use.Where = Where;
  Use.Variable = V;
  Use.IsDestruction = true;
  Use.Name = typeName(T);
  use(Now, std::move(Use));
}

/// Whether the destructor of the type drops a reference, in its body, in a member, or in what a container
/// holds.
bool StateFlow::destroysReference(DetachedUse &Use, QualType T, unsigned Depth) {
  T = Context.getBaseElementType(T);
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  if (!Record || !Record->hasDefinition() || Record->hasTrivialDestructor() || Depth > 6)
    return false;
  Record = Record->getDefinition();
  const CXXDestructorDecl *Dtor = Record->getDestructor();
  if (const Function *F = All.Index.find(Dtor)) {
    auto Inside = All.usesWhenEnteredDetached(*F);
    if (!Inside.empty()) {
      Use.What = Inside.front()->innermost().What;
      Use.Callee = F;
      Use.Inner = Inside.front();
      return true;
    }
    const ThreadStates::Facts *Effect = All.effectOf(F, Attachment::Detached);
    if (Effect && !Effect->Returns)
      return false;
  } else if (ownsReference(*Record)) {
    Use.What = PythonApi::Decrement;
    return true;
  }
  if (const auto *Template = dyn_cast<ClassTemplateSpecializationDecl>(Record);
      Template && Record->isInStdNamespace()) {
    std::vector<TemplateArgument> Arguments;
    for (const TemplateArgument &A : Template->getTemplateArgs().asArray())
      if (A.getKind() == TemplateArgument::Pack)
        Arguments.insert(Arguments.end(), A.pack_begin(), A.pack_end());
      else
        Arguments.push_back(A);
    return llvm::any_of(Arguments, [&](const TemplateArgument &A) {
      return A.getKind() == TemplateArgument::Type && destroysReference(Use, A.getAsType(), Depth + 1);
    });
  }
  for (const CXXBaseSpecifier &Base : Record->bases())
    if (destroysReference(Use, Base.getType(), Depth + 1))
      return true;
  for (const FieldDecl *Field : Record->fields())
    if (destroysReference(Use, Field->getType(), Depth + 1))
      return true;
  return false;
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
