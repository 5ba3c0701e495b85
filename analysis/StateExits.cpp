// Whether each end of a function leaves the thread state as the function's own pairs of operations promise.

#include "analysis/BodyVisitor.h"
#include "analysis/StateExpressions.h"
#include "analysis/StateFlow.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/ParentMap.h"

namespace ungil {

using namespace clang;

namespace {

/// Whether the value of a variable leaves the function, so that somebody else can use the token in it.
class TokenUses : public BodyVisitor {
public:
  TokenUses(const ValueDecl *Token, const Stmt *Body) : Token(Token), Parents(const_cast<Stmt *>(Body)) {}

  bool Escapes = false;

  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    if (R->getDecl() == Token)
      Escapes |= escapes(R);
    return true;
  }

private:
  bool escapes(const Stmt *S) {
    for (const Stmt *Outer = Parents.getParent(S); Outer; S = Outer, Outer = Parents.getParent(S)) {
      if (isa<ReturnStmt>(Outer) || isa<InitListExpr>(Outer) || isa<LambdaExpr>(Outer) ||
          isa<CXXConstructExpr>(Outer))
        return true;
      if (const auto *D = dyn_cast<DeclStmt>(Outer))
        return !D->isSingleDecl() || cast<VarDecl>(D->getSingleDecl())->getInit() == S;
      if (const auto *B = dyn_cast<BinaryOperator>(Outer))
        return B->isAssignmentOp() && B->getRHS() == S;
      if (const auto *C = dyn_cast<CallExpr>(Outer))
        return isOtherCall(C);
      if (!isa<Expr>(Outer) || isa<UnaryOperator>(Outer))
        return false;
    }
    return false;
  }
  static bool isOtherCall(const CallExpr *C) {
    const FunctionDecl *F = C->getDirectCallee();
    return !F || !F->getIdentifier() || !Knowledge::get().StateOperations.contains(F->getName());
  }

  const ValueDecl *Token;
  ParentMap Parents;
};

const ReturnStmt *returnOf(const CFGBlock &Block) {
  for (const CFGElement &Element : llvm::reverse(Block))
    if (auto S = Element.getAs<CFGStmt>())
      if (const auto *R = dyn_cast<ReturnStmt>(S->getStmt()))
        return R;
  return nullptr;
}

} // namespace

/// The local variable that the result of the operation is kept in, when its value stays in the function.
const VarDecl *StateFlow::privateToken(const Stmt *Operation) const {
  const auto *V = dyn_cast_or_null<VarDecl>(Holders.lookup(Operation));
  if (!V || !V->hasLocalStorage() || isa<ParmVarDecl>(V) || V->getType()->isRecordType())
    return nullptr;
  TokenUses Uses(V, In.Decl->getBody());
  Uses.TraverseStmt(In.Decl->getBody());
  return Uses.Escapes ? nullptr : V;
}

void StateFlow::judgeExits() {
  for (const CFGBlock *Block : Graph.cfg())
    if (auto At = AtExit.find(Block); At != AtExit.end() && !At->second.empty())
      judgeExit(*Block, At->second);
}

void StateFlow::judgeExit(const CFGBlock &Block, const State &Now) {
  const ReturnStmt *Return = returnOf(Block);
  if (Return && inIgnoredMacro(Return->getBeginLoc(), Context)) // an assertion's
    return;
  const CXXThrowExpr *Throw = throwOf(Block);
  SourceRange Where = Return  ? Return->getSourceRange()
                      : Throw ? Throw->getSourceRange()
                              : SourceRange(In.Decl->getBody()->getEndLoc());
  const World &W = Now.front();
  bool Detached = llvm::all_of(
      Now, [](const World &O) { return O.State == Attachment::Detached && O.Since.At && !O.Since.ByTest; });
  if (Detached)
    if (const VarDecl *Token = privateToken(W.Since.At)) {
      Out.Imbalances.push_back({Throw ? StateImbalance::ThrownDetached : StateImbalance::LeftDetached, Where,
                                W.Since.At->getSourceRange(), Token, Return});
      return;
    }
  for (const World::Token &T : W.Tokens) {
    bool Everywhere = llvm::all_of(Now, [&](const World &O) { return O.find(T.Holder); });
    auto Made = TokenMakers.find(T.Holder);
    if (!Everywhere || Made == TokenMakers.end())
      continue;
    const VarDecl *Token = privateToken(Made->second);
    if (Token && Token == T.Holder && GivenBack.contains(Token))
      Out.Imbalances.push_back(
          {StateImbalance::TokenKept, Where, Made->second->getSourceRange(), Token, Return});
  }
}

} // namespace ungil
