// Where the value of an expression comes from; see References.h.
#include "analysis/AccessPath.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/References.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

Origins References::originsOf(const Expr *E) const {
  Origins Found;
  llvm::DenseSet<const Decl *> Seen;
  addOrigins(E, Found, Seen);
  return Found;
}

const std::vector<const Expr *> &References::valuesOf(const VarDecl *V) const {
  static const std::vector<const Expr *> None;
  auto Known = Values.find(V);
  return Known == Values.end() ? None : Known->second;
}

const std::vector<const Expr *> &References::returnsOf(const Function *F) const {
  static const std::vector<const Expr *> None;
  auto Known = Returns.find(F);
  return Known == Returns.end() ? None : Known->second;
}

void References::addOrigins(const Expr *E, Origins &Found, llvm::DenseSet<const Decl *> &Seen) const {
  auto Add = [&](Origin O) {
    if (!llvm::is_contained(Found, O))
      Found.push_back(O);
  };
  auto Follow = [&](const Expr *Inner) { addOrigins(Inner, Found, Seen); };
  E = E->IgnoreParenCasts();
  if (const auto *M = dyn_cast<MemberExpr>(E)) {
    const auto *F = dyn_cast<FieldDecl>(M->getMemberDecl());
    if (!F)
      return;
    if (Index.scope().contains(F->getLocation()))
      return Add({Origin::Field, F->getCanonicalDecl()});
    if (Knowledge::get().Collector.TypeOf.contains(F->getName()))
      return Add({Origin::TypeOfObject, nullptr});
    if (!isObjectStruct(F->getParent()))
      Follow(M->getBase());
    return;
  }
  if (const auto *R = dyn_cast<DeclRefExpr>(E)) {
    if (const auto *B = dyn_cast<BindingDecl>(R->getDecl()))
      if (const auto *Whole = dyn_cast<VarDecl>(B->getDecomposedDecl()))
        for (const Expr *Value : valuesOf(Whole))
          Follow(Value);
    const auto *V = dyn_cast<VarDecl>(R->getDecl());
    if (!V || !Seen.insert(V).second)
      return;
    if (V->hasGlobalStorage())
      return Add({Origin::Global, V->getCanonicalDecl()});
    if (isa<ParmVarDecl>(V))
      Add({Origin::Parameter, V->getCanonicalDecl()});
    for (const Expr *Value : valuesOf(V))
      Follow(Value);
    return;
  }
  if (const auto *S = dyn_cast<ArraySubscriptExpr>(E))
    return Follow(S->getBase());
  if (const auto *U = dyn_cast<UnaryOperator>(E))
    return Follow(U->getSubExpr());
  if (const auto *B = dyn_cast<BinaryOperator>(E)) {
    if (B->getOpcode() == BO_Comma)
      Follow(B->getRHS());
    else if (B->isAssignmentOp() || B->getLHS()->getType()->isAnyPointerType())
      Follow(B->getLHS());
    return;
  }
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
    Follow(C->getTrueExpr());
    return Follow(C->getFalseExpr());
  }
  if (const auto *T = dyn_cast<MaterializeTemporaryExpr>(E))
    return Follow(T->getSubExpr());
  if (const auto *T = dyn_cast<ExprWithCleanups>(E))
    return Follow(T->getSubExpr());
  if (const auto *T = dyn_cast<CXXBindTemporaryExpr>(E))
    return Follow(T->getSubExpr());
  if (const auto *C = dyn_cast<CXXConstructExpr>(E); C && C->getNumArgs() >= 1)
    return Follow(C->getArg(0));
  if (const auto *A = dyn_cast<AtomicExpr>(E))
    return Follow(A->getPtr());
  if (const auto *S = dyn_cast<StmtExpr>(E)) {
    if (const auto *Last =
            dyn_cast_or_null<Expr>(S->getSubStmt()->body_empty() ? nullptr : S->getSubStmt()->body_back()))
      Follow(Last);
    return;
  }
  if (const auto *C = dyn_cast<CallExpr>(E))
    addCallOrigins(C, Found, Seen);
}

void References::addCallOrigins(const CallExpr *C, Origins &Found, llvm::DenseSet<const Decl *> &Seen) const {
  const CollectorKnowledge &K = Knowledge::get().Collector;
  const FunctionDecl *Callee = C->getDirectCallee();
  if (!Callee)
    return;
  const Function *F = Index.find(Callee);
  if (!F) {
    llvm::StringRef Name = calleeName(C);
    const Expr *Object = argumentOf(C, ThisArgument);
    if (K.TypeOf.contains(Name))
      Found.push_back({Origin::TypeOfObject, nullptr});
    else if (K.NewReferences.contains(Name) || K.PassThrough.contains(Name) ||
             K.PassThrough.contains(qualifiedName(*Callee)))
      addOrigins(C->getArg(0), Found, Seen);
    else if (Object || (isa<CXXOperatorCallExpr>(C) && C->getNumArgs()))
      addOrigins(Object ? Object : C->getArg(0), Found, Seen); // container.begin(), handle.get(), *iterator
    return;
  }
  if (!Seen.insert(F->Decl->getCanonicalDecl()).second)
    return;
  Origins Inner;
  for (const Expr *Value : returnsOf(F))
    addOrigins(Value, Inner, Seen);
  for (const Origin &O : Inner) {
    if (O.What != Origin::Parameter) {
      if (!llvm::is_contained(Found, O))
        Found.push_back(O);
      continue;
    }
    const auto *P = cast<ParmVarDecl>(O.Decl);
    const Expr *Argument = argumentOf(C, int(P->getFunctionScopeIndex()));
    if (Argument)
      addOrigins(Argument, Found, Seen);
  }
}

} // namespace ungil
