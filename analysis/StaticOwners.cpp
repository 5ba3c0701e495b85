#include "analysis/StaticOwners.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Names.h"
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
      mark(Operator->isAssignmentOp() && makesEmpty(Operator->getArg(1)) ? Emptied : Filled,
           Operator->getArg(0));
    return true;
  }

private:
  void mark(llvm::DenseSet<const ValueDecl *> &Set, const Expr *Object) {
    if (const ValueDecl *V = namedBy(Object); V && Watched.contains(V))
      Set.insert(V);
  }

  const llvm::DenseSet<const ValueDecl *> &Watched;
};

/// Whether all references that an object of the type owns are to classes of Python's, which their method
/// resolution order refers to: the reference that is dropped is never the last.
bool holdsClasses(Unit &U, QualType T) {
  const CXXRecordDecl *Record = T->getAsCXXRecordDecl();
  if (Record && Knowledge::get().ClassOwners.contains(qualifiedName(*Record)))
    return true;
  const auto *Container = dyn_cast_or_null<ClassTemplateSpecializationDecl>(Record);
  return Container && Record->isInStdNamespace() &&
         llvm::all_of(Container->getTemplateArgs().asArray(), [&](const TemplateArgument &A) {
           DetachedUse Use;
           return A.getKind() == TemplateArgument::Type &&
                  (!U.threadStates().destroysReference(Use, A.getAsType()) || holdsClasses(U, A.getAsType()));
         });
}

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
        asksForInterpreter(U, V->getType()) || (V->getTLSKind() == VarDecl::TLS_None && holdsClasses(U, V->getType())))
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
    bool StartsEmpty = !V->getInit() || makesEmpty(V->getInit());
    return Visitor.Emptied.contains(V) ||
           (StartsEmpty && V->getTLSKind() == VarDecl::TLS_None && !Visitor.Filled.contains(V));
  });
  return Owners;
}

} // namespace ungil
