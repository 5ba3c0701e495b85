// What operations, calls of the project's functions and ends of objects do to the thread state.

#include "analysis/Names.h"
#include "analysis/StateExpressions.h"
#include "analysis/StateFlow.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

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
    W.Tokens.clear();
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
void StateFlow::callee(State &Now, const Function *F, const Expr *Site, const void *Object) {
  if (F && All.neverReturns(*F))
    return Now.clear();
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

void StateFlow::destroy(State &Now, QualType T, const void *Object, const Stmt *Trigger) {
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  if (!Record || !Record->hasDefinition() || Record->hasTrivialDestructor())
    return;
  Record = Record->getDefinition();
  if (const StateOperation::Kind *Guard = stateGuard(T)) {
    for (World &W : Now)
      if (*Guard == StateOperation::Detach)
        become(W, Attachment::Attached, Trigger);
      else
        restore(W, Object, Trigger);
    return;
  }
  if (const Function *F = All.Index.find(Record->getDestructor())) // members die in its graph
    return callee(Now, F, nullptr, Object);
  if (Record->isInStdNamespace())
    return;
  llvm::SmallVector<const FieldDecl *, 8> Fields(Record->fields());
  for (const FieldDecl *Field : llvm::reverse(Fields))
    destroy(Now, Field->getType(), Object, Trigger);
  for (const CXXBaseSpecifier &Base : Record->bases())
    destroy(Now, Base.getType(), Object, Trigger);
}

} // namespace ungil
