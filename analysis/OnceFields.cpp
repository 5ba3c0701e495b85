#include "analysis/OnceFields.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/MapVector.h"

namespace ungil {

using namespace clang;

namespace {

/// Whether the callee runs a function once. In a template only its name may be known.
bool runsOnce(const CallExpr &C) {
  const auto &Callbacks = Knowledge::get().Callbacks;
  auto IsOnce = [&](const std::string &Name) {
    auto Known = Callbacks.find(Name);
    return Known != Callbacks.end() &&
           llvm::any_of(Known->second, [](const Callback &Passed) { return Passed.Once.has_value(); });
  };
  if (const FunctionDecl *F = C.getDirectCallee())
    return IsOnce(qualifiedName(*F));
  const auto *Names = dyn_cast<OverloadExpr>(C.getCallee()->IgnoreParenImpCasts());
  return Names && llvm::any_of(Names->decls(), [&](const NamedDecl *D) {
           const auto *F = D->getAsFunction();
           return F && IsOnce(qualifiedName(*F));
         });
}

/// A field of the object itself that holds a number, a truth value or a pointer, none of them atomic.
const FieldDecl *plainField(const Expr *E) {
  const auto *M = dyn_cast<MemberExpr>(E->IgnoreParenImpCasts());
  const auto *Field = M ? dyn_cast<FieldDecl>(M->getMemberDecl()) : nullptr;
  if (!Field || !isa<CXXThisExpr>(M->getBase()->IgnoreParenImpCasts()))
    return nullptr;
  QualType T = Field->getType();
  return T->isPointerType() || T->isIntegerType() ? Field : nullptr;
}

/// What one function, with its lambdas, does to the fields of its object.
class FieldUses : public BodyVisitor {
public:
  struct Use {
    const FieldDecl *Field;
    const Expr *At;
    bool Stores, InOnce;
  };
  std::vector<Use> All;

  bool VisitCallExpr(CallExpr *C) override {
    if (runsOnce(*C))
      for (const Expr *Argument : C->arguments())
        if (const auto *L = dyn_cast<LambdaExpr>(Argument->IgnoreImplicit()))
          Once.insert(L);
    return true;
  }
  bool TraverseLambdaExpr(LambdaExpr *L) override {
    bool Enters = Once.contains(L);
    Depth += Enters;
    bool Continue = BodyVisitor::TraverseLambdaExpr(L);
    Depth -= Enters;
    return Continue;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isAssignmentOp())
      use(B->getLHS(), true);
    return true;
  }
  bool VisitIfStmt(IfStmt *I) override {
    if (I->getCond())
      tested(I->getCond());
    return true;
  }

private:
  void tested(const Expr *Condition) {
    use(Condition, false);
    for (const Stmt *Child : Condition->children())
      if (const auto *E = dyn_cast_or_null<Expr>(Child); E && !isa<MemberExpr>(Condition))
        tested(E);
  }
  void use(const Expr *E, bool Stores) {
    if (const FieldDecl *Field = plainField(E))
      All.push_back({Field, E, Stores, Depth > 0});
  }

  llvm::DenseSet<const LambdaExpr *> Once;
  unsigned Depth = 0;
};

} // namespace

std::vector<OnceField> onceFields(Unit &U) {
  std::vector<std::pair<const Function *, FieldUses>> All;
  llvm::MapVector<const FieldDecl *, const Expr *> Set;
  auto Read = [&](const Function &F) {
    if (F.Parent || !isa<CXXMethodDecl>(F.Decl) || isa<CXXConstructorDecl>(F.Decl) ||
        isa<CXXDestructorDecl>(F.Decl))
      return;
    All.emplace_back(&F, FieldUses());
    All.back().second.TraverseStmt(F.Decl->getBody());
    for (const FieldUses::Use &Use : All.back().second.All)
      if (Use.Stores && Use.InOnce)
        Set.try_emplace(Use.Field, Use.At);
  };
  for (const auto &F : U.index().functions())
    Read(*F);
  for (const auto &F : U.index().patterns())
    Read(*F);
  std::vector<OnceField> Found;
  for (const auto &[Field, At] : Set)
    for (const auto &[F, Uses] : All) {
      auto Outside = llvm::find_if(Uses.All, [&, Wanted = Field](const FieldUses::Use &Use) {
        return Use.Field == Wanted && !Use.InOnce;
      });
      if (Outside == Uses.All.end())
        continue;
      Found.push_back({Field, At, Outside->At, F, Outside->Stores});
      break;
    }
  return Found;
}

} // namespace ungil
