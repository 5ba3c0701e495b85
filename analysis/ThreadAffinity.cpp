#include "analysis/ThreadAffinity.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

constexpr unsigned MaxDepth = 3; // helpers and copies between the question and the test

bool endsInThrow(const Stmt *S) {
  if (const auto *C = dyn_cast_or_null<CompoundStmt>(S))
    return !C->body_empty() && endsInThrow(C->body_back());
  const auto *E = dyn_cast_or_null<Expr>(S);
  return E && isa<CXXThrowExpr>(E->IgnoreImplicit());
}

bool endsInJump(const Stmt *S) {
  if (const auto *C = dyn_cast_or_null<CompoundStmt>(S))
    return !C->body_empty() && endsInJump(C->body_back());
  return S && (isa<ReturnStmt>(S) || isa<GotoStmt>(S) || isa<BreakStmt>(S) || isa<ContinueStmt>(S) ||
               endsInThrow(S));
}

/// What each thread has for itself.
bool isThreadLocal(const Expr *E) {
  const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenImpCasts());
  const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
  return V && V->getTLSKind() != VarDecl::TLS_None && V->getType()->isPointerType();
}

bool isMember(const Expr *E) { return isa<MemberExpr>(E->IgnoreParenImpCasts()); }

/// `self->owner != current`
bool comparesOwner(const Expr *E) {
  const auto *B = dyn_cast<BinaryOperator>(E);
  return B && B->isEqualityOp() &&
         ((isThreadLocal(B->getLHS()) && isMember(B->getRHS())) ||
          (isThreadLocal(B->getRHS()) && isMember(B->getLHS())));
}

bool contains(const Stmt *S, const Stmt *Wanted) {
  return S && (S == Wanted ||
               llvm::any_of(S->children(), [&](const Stmt *Child) { return contains(Child, Wanted); }));
}

class Branches : public BodyVisitor {
public:
  std::vector<const IfStmt *> All;
  std::vector<const Expr *> Returned;
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitIfStmt(IfStmt *I) override {
    All.push_back(I);
    return true;
  }
  bool VisitReturnStmt(ReturnStmt *R) override {
    if (R->getRetValue())
      Returned.push_back(R->getRetValue());
    return true;
  }
};

} // namespace

bool ThreadAffinity::asksForThread(const Function &F, const Expr *E, unsigned Depth) {
  if (Depth > MaxDepth)
    return false;
  if (comparesOwner(E))
    return true;
  if (const auto *C = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *Callee = C->getDirectCallee();
    if (Callee && Knowledge::get().ThreadIdentities.contains(qualifiedName(*Callee)))
      return true;
    const Function *Helper = Index.find(Callee);
    if (Helper && Helper != &F && !C->getType()->isVoidType() && answersForThread(*Helper, Depth + 1))
      return true;
  }
  if (const auto *R = dyn_cast<DeclRefExpr>(E)) {
    const auto *V = dyn_cast<VarDecl>(R->getDecl());
    return V && holdsThread(F, V, Depth + 1);
  }
  return llvm::any_of(E->children(), [&](const Stmt *Child) {
    const auto *Inner = dyn_cast_or_null<Expr>(Child);
    return Inner && asksForThread(F, Inner, Depth);
  });
}

bool ThreadAffinity::answersForThread(const Function &Helper, unsigned Depth) {
  if (auto Asked = Answers.find({Helper.Decl, Depth}); Asked != Answers.end())
    return Asked->second;
  Branches Of;
  Of.TraverseStmt(Helper.Decl->getBody());
  bool Found =
      llvm::any_of(Of.Returned, [&](const Expr *Value) { return asksForThread(Helper, Value, Depth); }) ||
      llvm::any_of(Of.All, [&](const IfStmt *I) {
        return I->getCond() && asksForThread(Helper, I->getCond(), Depth);
      });
  return Answers[{Helper.Decl, Depth}] = Found;
}

bool ThreadAffinity::holdsThread(const Function &F, const VarDecl *V, unsigned Depth) {
  if (auto Asked = Answers.find({V, Depth}); Asked != Answers.end())
    return Asked->second;
  const auto &Assigned = Fresh.valuesOf(F).Assigned;
  auto Values = Assigned.find(V);
  bool Found = Values != Assigned.end() && llvm::any_of(Values->second, [&](const Expr *Value) {
                 return asksForThread(F, Value, Depth);
               });
  return Answers[{V, Depth}] = Found;
}

const ThreadAffinity::Tests &ThreadAffinity::testsOf(const Function &F) {
  if (auto &Slot = Known[&F])
    return *Slot;
  Known[&F] = std::make_unique<Tests>(); // functions that call one another
  auto Found = std::make_unique<Tests>();
  Branches Of;
  Of.TraverseStmt(F.Decl->getBody());
  for (const IfStmt *I : Of.All)
    if (I->getCond() && asksForThread(F, I->getCond(), 0))
      Found->push_back(I);
  return *(Known[&F] = std::move(Found));
}

bool ThreadAffinity::turnsAway(const Function &Helper) {
  return llvm::any_of(testsOf(Helper), [](const IfStmt *I) { return endsInThrow(I->getThen()); });
}

bool ThreadAffinity::decides(const Function &F, const Expr *At) {
  const SourceManager &SM = Index.context().getSourceManager();
  for (const Call &C : F.Calls)
    if (const Function *Helper = Index.find(C.Callee); Helper && Helper != &F && turnsAway(*Helper))
      if (SM.isBeforeInTranslationUnit(SM.getExpansionLoc(C.Site->getBeginLoc()),
                                       SM.getExpansionLoc(At->getBeginLoc())))
        return true;
  return llvm::any_of(testsOf(F), [&](const IfStmt *I) {
    if (contains(I->getThen(), At) || contains(I->getElse(), At))
      return true;
    return endsInJump(I->getThen()) && !contains(I, At) &&
           SM.isBeforeInTranslationUnit(SM.getExpansionLoc(I->getBeginLoc()),
                                        SM.getExpansionLoc(At->getBeginLoc()));
  });
}

} // namespace ungil
