// Reports an assignment to a member of a type object, and a change of its dictionary, in a function that runs
// while other threads look attributes up in the type: they read slots and caches without a lock.
//
// Does not report module initialisation, types that the function has just made, and attributes that are set
// through the API (PyObject_SetAttr), which stops or locks out the others.
//
// Known holes: types that are reached through a struct of another project.

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Routes.h"
#include "checks/Check.h"

namespace ungil {
namespace {

using namespace clang;

class TypeMutation : public Check {
public:
  std::vector<Diagnosis> run(Unit &U) override {
    std::vector<Diagnosis> Found;
    for (const auto &F : U.index().functions())
      if (U.contexts().of(F.get()).intersects(Racing))
        Writes(U, *F, Found).TraverseStmt(F->Decl->getBody());
    return Found;
  }

private:
  static constexpr ContextSet Racing{Context::Concurrent, Context::Detached, Context::Escaped};

  class Writes : public BodyVisitor {
  public:
    Writes(Unit &U, const Function &F, std::vector<Diagnosis> &Out) : U(U), F(F), Out(Out) {}

    bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
    bool VisitBinaryOperator(BinaryOperator *B) override {
      if (B->isAssignmentOp())
        if (const MemberExpr *M = typeMember(B->getLHS()))
          report(B, M);
      return true;
    }
    bool VisitCallExpr(CallExpr *C) override {
      const FunctionDecl *Callee = C->getDirectCallee();
      if (Callee && C->getNumArgs() && Knowledge::get().ChangesContainer.contains(qualifiedName(*Callee)))
        if (const MemberExpr *M = typeMember(C->getArg(0)))
          report(C, M);
      return true;
    }

  private:
    static const MemberExpr *typeMember(const Expr *E) {
      const auto *M = dyn_cast<MemberExpr>(E->IgnoreParenCasts());
      const auto *Field = M ? dyn_cast<FieldDecl>(M->getMemberDecl()) : nullptr;
      if (!Field || !Field->getName().starts_with("tp_"))
        return nullptr;
      std::string Record = typeName(*Field->getParent());
      return Record == "_typeobject" || Record == "PyTypeObject" ? M : nullptr;
    }

    void report(const Expr *Site, const MemberExpr *M) {
      const Expr *Type = M->getBase();
      auto P = U.paths().resolve(Type);
      if (U.shared().freshness().isFreshValue(F, Type) ||
          (P && U.shared().freshness().isPrivate(F, P->pointee(), Site, Racing)))
        return;
      std::string Name = P ? P->spelling() + "->" : "";
      Diagnosis D;
      D.Where = Site->getSourceRange();
      D.Message = "writing '" + Name + M->getMemberDecl()->getNameAsString() +
                  "' after the type is shared races with attribute lookup in other threads";
      D.Sureness = U.contexts().of(&F).intersects({Context::Concurrent, Context::Detached})
                       ? Confidence::Likely
                       : Confidence::Possible;
      D.Path = routeTo(&F, Racing, U.contexts());
      D.Path.push_back(
          {Site->getSourceRange(), "set the attribute with PyObject_SetAttrString, or before PyType_Ready"});
      Out.push_back(std::move(D));
    }

    Unit &U;
    const Function &F;
    std::vector<Diagnosis> &Out;
  };
};

} // namespace

UNGIL_CHECK(TypeMutation)

} // namespace ungil
