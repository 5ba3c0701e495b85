#include "analysis/TemporaryValues.h"

#include "analysis/BodyVisitor.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

class Assignments : public BodyVisitor {
public:
  std::vector<const BinaryOperator *> All;
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->getOpcode() == BO_Assign)
      All.push_back(B);
    return true;
  }
};

class Finder {
public:
  Finder(Unit &U, const std::vector<const SharedAccess *> &All) : U(U), All(All) {}

  const SharedAccess *run() const {
    for (const SharedAccess *A : All)
      if (A->Value && !A->Atomic && (putsBackLocal(*A) || putsBackMember(*A)))
        return A;
    return nullptr;
  }

private:
  bool before(const Expr *A, const Expr *B) const {
    const SourceManager &SM = U.sources();
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A->getBeginLoc()),
                                        SM.getExpansionLoc(B->getBeginLoc()));
  }

  /// `old = x; x = mine; work(); x = old;`
  bool putsBackLocal(const SharedAccess &Back) const {
    const auto *R = dyn_cast<DeclRefExpr>(Back.Value->IgnoreParenImpCasts());
    const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
    if (!V || !V->hasLocalStorage() || isa<ParmVarDecl>(V) || !Back.Through.empty() ||
        Back.Here.Kind == AccessPath::Local) // some object, and who else has it is not known
      return false;
    U.paths().enter(Back.In->Decl);
    const Expr *Found = U.paths().onlyValueOf(V);
    return Found && reads(Found, Back) && llvm::any_of(All, [&](const SharedAccess *Mine) {
             return Mine != &Back && Mine->writes() && Mine->In == Back.In && Mine->Value &&
                    Mine->Here == Back.Here && before(Found, Mine->At) && worksBetween(*Mine, Back);
           });
  }

  /// Whether the value is what is stored there, read as it is or by a getter.
  bool reads(const Expr *Value, const SharedAccess &Back) const {
    if (auto From = U.paths().resolve(Value))
      return *From == Back.Here;
    const auto *C = dyn_cast<CallExpr>(Value->IgnoreParenImpCasts());
    const Function *Getter = C && C->getNumArgs() ? U.index().find(C->getDirectCallee()) : nullptr;
    auto Of = Getter ? U.paths().resolve(C->getArg(0)) : std::nullopt;
    return Of && Of->Root == Back.Here.Root && llvm::any_of(All, [&](const SharedAccess *A) {
             return A->In == Getter && A->What == SharedAccess::Read;
           });
  }

  bool worksBetween(const SharedAccess &Mine, const SharedAccess &Back) const {
    return llvm::any_of(Back.In->Calls,
                        [&](const Call &C) { return before(Mine.At, C.Site) && before(C.Site, Back.At); });
  }

  /// `Quiet() : old(quiet) { quiet = true; } ~Quiet() { quiet = old; }`
  bool putsBackMember(const SharedAccess &Mine) const {
    const auto *Maker = dyn_cast<CXXConstructorDecl>(Mine.In->Decl);
    const Function *Destructor = Maker ? U.index().find(Maker->getParent()->getDestructor()) : nullptr;
    if (!Destructor || Mine.Location.Kind == AccessPath::Object)
      return false;
    U.paths().enter(Destructor->Decl);
    Assignments In;
    In.TraverseStmt(Destructor->Decl->getBody());
    return llvm::any_of(In.All, [&](const BinaryOperator *B) {
      const auto *Kept = dyn_cast<MemberExpr>(B->getRHS()->IgnoreParenImpCasts());
      auto To = Kept ? U.paths().resolve(B->getLHS()) : std::nullopt;
      return To && *To == Mine.Here && isa<CXXThisExpr>(Kept->getBase()->IgnoreParenImpCasts()) &&
             keeps(*Maker, Kept->getMemberDecl(), Mine.Here);
    });
  }

  bool keeps(const CXXConstructorDecl &Maker, const ValueDecl *Member, const AccessPath &Location) const {
    U.paths().enter(&Maker);
    return llvm::any_of(Maker.inits(), [&](const CXXCtorInitializer *Init) {
      auto From = Init->getMember() == Member ? U.paths().resolve(Init->getInit()) : std::nullopt;
      return From && *From == Location;
    });
  }

  Unit &U;
  const std::vector<const SharedAccess *> &All;
};

} // namespace

const SharedAccess *putsBack(Unit &U, const std::vector<const SharedAccess *> &All) {
  return Finder(U, All).run();
}

} // namespace ungil
