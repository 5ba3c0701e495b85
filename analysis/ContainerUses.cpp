#include "analysis/ContainerUses.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Containers.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/NullTests.h"

#include "clang/AST/ParentMap.h"
#include "clang/Basic/SourceManager.h"

namespace ungil {

using namespace clang;

namespace {

class SharedNames : public BodyVisitor {
public:
  std::vector<std::pair<const ValueDecl *, const Expr *>> Found;

  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    if (const auto *V = dyn_cast<VarDecl>(R->getDecl()); V && V->hasGlobalStorage())
      Found.emplace_back(V->getCanonicalDecl(), R);
    return true;
  }
  bool VisitMemberExpr(MemberExpr *M) override {
    if (const auto *Member = dyn_cast<ValueDecl>(M->getMemberDecl()->getCanonicalDecl()))
      Found.emplace_back(Member, M);
    return true;
  }
};

/// Whether the statement runs only when something is null, by the branches that it is in.
bool runsOnlyIfNull(const Stmt *S, TestedValue Tested, const ParentMap &Parents) {
  for (const Stmt *Up = Parents.getParent(S); Up; S = Up, Up = Parents.getParent(Up))
    if (const auto *If = dyn_cast<IfStmt>(Up);
        If && (If->getThen() == S || If->getElse() == S) &&
        provesNull(If->getCond(), /*Holds=*/If->getThen() == S, Tested))
      return true;
  return false;
}

/// The variable that holds what a call of the function has looked up under the same key.
const VarDecl *lookedUpBefore(const Function &F, const Expr *Change, const PathResolver &Paths,
                              const ParentMap &Parents) {
  const Expr *Container = argumentOf(Change, 0), *Key = argumentOf(Change, 1);
  auto Object = Container ? Paths.resolve(Container) : std::nullopt;
  if (!Object || !variableOf(Key))
    return nullptr;
  for (const Call &C : F.Calls) {
    auto Row = Knowledge::get().BorrowedReferences.find(qualifiedName(*C.Callee));
    if (Row == Knowledge::get().BorrowedReferences.end() || !Row->second.Container ||
        variableOf(argumentOf(C.Site, 1)) != variableOf(Key) ||
        Paths.resolve(argumentOf(C.Site, *Row->second.Container)) != Object)
      continue;
    const Stmt *Up = C.Site;
    do
      Up = Parents.getParent(Up);
    while (isa_and_nonnull<CastExpr>(Up) || isa_and_nonnull<ParenExpr>(Up));
    if (const auto *B = dyn_cast_or_null<BinaryOperator>(Up); B && B->getOpcode() == BO_Assign)
      return variableOf(B->getLHS());
    if (const auto *D = dyn_cast_or_null<DeclStmt>(Up); D && D->isSingleDecl())
      return dyn_cast<VarDecl>(D->getSingleDecl());
  }
  return nullptr;
}

} // namespace

void UseSites::collect() {
  Collected = true;
  for (const auto &F : Index.functions()) {
    SharedNames Names;
    Names.TraverseStmt(F->Decl->getBody());
    if (Names.Found.empty())
      continue;
    ParentMap Parents(F->Decl->getBody());
    for (auto [Named, Value] : Names.Found) {
      const Stmt *By = Parents.getParent(Value);
      while (isa_and_nonnull<CastExpr>(By) || isa_and_nonnull<ParenExpr>(By)) {
        Value = cast<Expr>(By);
        By = Parents.getParent(By);
      }
      auto &Known = Sites[Named];
      if (Known.empty())
        Order.push_back(Named);
      Known.push_back({F.get(), By, Value});
    }
  }
}

const std::vector<UseSite> &UseSites::of(const ValueDecl *D) {
  if (!Collected)
    collect();
  return Sites[cast<ValueDecl>(D->getCanonicalDecl())];
}

const std::vector<const ValueDecl *> &UseSites::used() {
  if (!Collected)
    collect();
  return Order;
}

ContainerChange changeBy(const Function &F, const Expr *Change, const PathResolver &Paths) {
  const Knowledge &K = Knowledge::get();
  if (calls(Change, K.AddsToContainer))
    return ContainerChange::Adds;
  Paths.enter(F.Decl);
  ParentMap Parents(F.Decl->getBody());
  bool IfMissing = false;
  if (calls(Change, K.SetsInContainer)) {
    const VarDecl *Found = lookedUpBefore(F, Change, Paths, Parents);
    auto IsFound = [&](const Expr *E) { return variableOf(E) == Found; };
    IfMissing = Found && runsOnlyIfNull(Change, IsFound, Parents);
  } else if (const auto *B = dyn_cast<BinaryOperator>(Change)) {
    auto Stored = Paths.resolve(B->getLHS());
    auto IsStored = [&](const Expr *E) { return Paths.resolve(E) == Stored; };
    IfMissing = Stored && runsOnlyIfNull(B, IsStored, Parents);
  }
  return IfMissing ? ContainerChange::AddsIfMissing : ContainerChange::Replaces;
}

std::string nameOf(const FieldDecl *Field) {
  return typeName(*Field->getParent()) + "." + Field->getNameAsString();
}

std::string nameForOthers(const ValueDecl *D) {
  if (const auto *V = dyn_cast<VarDecl>(D))
    return V->isExternallyVisible() ? qualifiedName(*V) : "";
  const auto *Field = dyn_cast<FieldDecl>(D);
  const SourceManager &SM = D->getASTContext().getSourceManager();
  bool InHeader = Field && !SM.isInMainFile(SM.getExpansionLoc(Field->getLocation()));
  return InHeader && !Field->getParent()->isInAnonymousNamespace() ? nameOf(Field) : "";
}

} // namespace ungil
