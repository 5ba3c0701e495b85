#include "analysis/StaticOwners.h"

#include "analysis/BodyVisitor.h"
#include "analysis/StateExpressions.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

/// What the functions of the unit put into variables, and whether they take it out again.
class Changes : public BodyVisitor {
public:
  explicit Changes(const llvm::DenseSet<const ValueDecl *> &Watched) : Watched(Watched) {}

  llvm::DenseSet<const ValueDecl *> Filled, Emptied;

  bool VisitCallExpr(CallExpr *C) override {
    if (C->isCallToStdMove())
      mark(Emptied, C->getArg(0));
    const auto *Method = dyn_cast_or_null<CXXMethodDecl>(C->getDirectCallee());
    const auto *Member = dyn_cast<CXXMemberCallExpr>(C);
    const auto *Operator = dyn_cast<CXXOperatorCallExpr>(C);
    if (Member && Method && !Method->isConst()) {
      bool Empties = Method->getIdentifier() && Knowledge::get().Emptiers.contains(Method->getName());
      mark(Empties ? Emptied : Filled, Member->getImplicitObjectArgument());
    }
    if (Operator && Method && !Method->isConst() && Operator->getNumArgs())
      mark(Operator->isAssignmentOp() && isEmpty(Operator->getArg(1)) ? Emptied : Filled,
           Operator->getArg(0));
    return true;
  }

  /// Whether the expression makes an object that holds nothing.
  static bool isEmpty(const Expr *E) {
    const Expr *Maker = makerOf(E);
    if (isa<CXXNullPtrLiteralExpr>(Maker) || isa<CXXScalarValueInitExpr>(Maker))
      return true;
    const auto *Made = dyn_cast<CXXConstructExpr>(Maker);
    if (Made && Made->getNumArgs() == 1 && Made->getConstructor()->isCopyOrMoveConstructor())
      return isEmpty(Made->getArg(0));
    return Made && (Made->getNumArgs() == 0 || isa<CXXDefaultArgExpr>(Made->getArg(0)));
  }

private:
  void mark(llvm::DenseSet<const ValueDecl *> &Set, const Expr *Object) {
    if (const ValueDecl *V = namedBy(Object); V && Watched.contains(V))
      Set.insert(V);
  }

  const llvm::DenseSet<const ValueDecl *> &Watched;
};

bool asksForInterpreter(const Unit &U, QualType T) {
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  const Function *F = Record ? U.index().find(Record->getDestructor()) : nullptr;
  return F && llvm::any_of(F->Calls, [](const Call &C) {
           return C.Callee->getIdentifier() &&
                  Knowledge::get().InterpreterTests.contains(C.Callee->getName());
         });
}

} // namespace

std::vector<const VarDecl *> staticOwners(Unit &U) {
  std::vector<const VarDecl *> Owners;
  llvm::DenseSet<const ValueDecl *> Watched;
  for (const VarDecl *V : U.index().statics()) {
    DetachedUse Use;
    if (V->getTLSKind() == VarDecl::TLS_Static || !U.threadStates().destroysReference(Use, V->getType()) ||
        asksForInterpreter(U, V->getType()))
      continue;
    Owners.push_back(V);
    Watched.insert(V);
  }
  if (Owners.empty())
    return Owners;
  Changes Visitor(Watched);
  for (const auto &F : U.index().functions())
    Visitor.TraverseStmt(F->Decl->getBody());
  llvm::erase_if(Owners, [&](const VarDecl *V) {
    bool StartsEmpty = !V->getInit() || Changes::isEmpty(V->getInit());
    return Visitor.Emptied.contains(V) ||
           (StartsEmpty && V->getTLSKind() == VarDecl::TLS_None && !Visitor.Filled.contains(V));
  });
  return Owners;
}

} // namespace ungil
