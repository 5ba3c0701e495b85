#include "analysis/MemoryOrigins.h"

#include "analysis/Containers.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

bool MemoryUses::VisitCallExpr(CallExpr *C) {
  Calls.push_back(C);
  return true;
}

bool MemoryUses::VisitDeclRefExpr(DeclRefExpr *R) {
  if (isa<VarDecl>(R->getDecl()))
    Mentions.push_back(R);
  else if (isa<FunctionDecl>(R->getDecl()))
    Names.push_back(R);
  return true;
}

bool MemoryUses::VisitExplicitCastExpr(ExplicitCastExpr *C) {
  Casts.push_back(C);
  return true;
}

std::pair<const VarDecl *, QualType> destination(const Expr *E, const ParentMap &Parents) {
  const Stmt *Up = Parents.getParent(E);
  QualType T = E->getType();
  while (isa_and_nonnull<CastExpr>(Up) || isa_and_nonnull<ParenExpr>(Up)) {
    T = cast<Expr>(Up)->getType();
    E = cast<Expr>(Up);
    Up = Parents.getParent(Up);
  }
  if (const auto *B = dyn_cast_or_null<BinaryOperator>(Up);
      B && B->getOpcode() == BO_Assign && B->getRHS() == E)
    return {variableOf(B->getLHS()), B->getLHS()->getType()};
  if (const auto *D = dyn_cast_or_null<DeclStmt>(Up))
    for (const Decl *Declared : D->decls())
      if (const auto *V = dyn_cast<VarDecl>(Declared); V && V->getInit() == E)
        return {V, V->getType()};
  return {nullptr, T};
}

namespace {

std::string domainOf(const FunctionDecl *F) {
  return F && F->getIdentifier() ? Knowledge::get().MemoryDomains.lookup(qualifiedName(*F)) : std::string();
}

bool isNull(const Expr *E, const UnitIndex &Index) {
  return E->IgnoreParenCasts()->isNullPointerConstant(Index.context(), Expr::NPC_ValueDependentIsNotNull);
}

struct Returns : BodyVisitor {
  std::vector<const Expr *> Values;
  bool VisitReturnStmt(ReturnStmt *R) override {
    if (R->getRetValue())
      Values.push_back(R->getRetValue());
    return true;
  }
};

struct Stores : BodyVisitor {
  std::vector<std::pair<const FieldDecl *, const Expr *>> Assigned;
  std::vector<const FieldDecl *> Lent; ///< by address
  bool VisitBinaryOperator(BinaryOperator *B) override {
    const FieldDecl *Field = B->isAssignmentOp() ? fieldNamedBy(B->getLHS()) : nullptr;
    if (Field && Field->getType()->isPointerType())
      Assigned.emplace_back(Field, B->getRHS());
    return true;
  }
  bool VisitUnaryOperator(UnaryOperator *U) override {
    const FieldDecl *Field = U->getOpcode() == UO_AddrOf ? fieldNamedBy(U->getSubExpr()) : nullptr;
    if (Field && Field->getType()->isPointerType())
      Lent.push_back(Field);
    return true;
  }
};

} // namespace

std::string MemoryOrigins::allocation(const Expr *Call) {
  const auto *C = dyn_cast<CallExpr>(Call->IgnoreParenCasts());
  if (!C || !C->getType()->isPointerType())
    return {};
  if (std::string Domain = domainOf(C->getDirectCallee()); !Domain.empty())
    return Domain;
  const Function *F = Index.find(C->getDirectCallee());
  return F ? returnedBy(*F) : std::string();
}

std::optional<MemoryOrigins::Release> MemoryOrigins::release(const CallExpr *C) {
  const Expr *First = argumentOf(C, 0);
  if (std::string Domain = domainOf(C->getDirectCallee()); !Domain.empty())
    return First && First->getType()->isPointerType() ? std::optional(Release{Domain, First}) : std::nullopt;
  const Function *F = Index.find(C->getDirectCallee());
  if (!F)
    return std::nullopt;
  for (const ParmVarDecl *P : F->Decl->parameters()) {
    unsigned I = P->getFunctionScopeIndex();
    const Expr *Argument = P->getType()->isPointerType() ? argumentOf(C, int(I)) : nullptr;
    std::string Domain = Argument ? releasedBy(*F, I) : std::string();
    if (!Domain.empty())
      return Release{Domain, Argument};
  }
  return std::nullopt;
}

/// The allocator of all that a function returns besides null.
std::string MemoryOrigins::returnedBy(const Function &F) {
  auto [Slot, New] = Returned.try_emplace(&F);
  if (!New)
    return Slot->second;
  Returns Of;
  Of.TraverseStmt(F.Decl->getBody());
  MemoryUses Uses;
  Uses.TraverseStmt(F.Decl->getBody());
  ParentMap Parents(F.Decl->getBody());
  std::string Common;
  for (const Expr *Value : Of.Values) {
    if (isNull(Value, Index))
      continue;
    const VarDecl *V = variableOf(Value);
    const CallExpr *Made =
        V && V->hasLocalStorage() && !isa<ParmVarDecl>(V) ? allocationOf(V, Uses, Parents) : nullptr;
    std::string Domain = allocation(Made ? Made : Value);
    if (Domain.empty() || (!Common.empty() && Common != Domain))
      return {};
    Common = Domain;
  }
  return Returned[&F] = Common;
}

/// The allocator that a function passes its parameter to, when that is all that it does with it.
std::string MemoryOrigins::releasedBy(const Function &F, unsigned Parameter) {
  auto [Slot, New] = Released.try_emplace({&F, Parameter});
  if (!New)
    return Slot->second;
  const ParmVarDecl *P = F.Decl->getParamDecl(Parameter);
  MemoryUses Uses;
  Uses.TraverseStmt(F.Decl->getBody());
  auto Mentions = llvm::count_if(Uses.Mentions, [&](const DeclRefExpr *R) { return R->getDecl() == P; });
  if (Mentions != 1)
    return {};
  for (const CallExpr *C : Uses.Calls)
    if (auto Back = release(C); Back && variableOf(Back->Memory) == P)
      return Released[{&F, Parameter}] = Back->Domain;
  return {};
}

const CallExpr *MemoryOrigins::allocationOf(const VarDecl *V, const MemoryUses &Uses,
                                            const ParentMap &Parents) {
  const CallExpr *Found = nullptr;
  for (const CallExpr *C : Uses.Calls) {
    std::string Domain = destination(C, Parents).first == V ? allocation(C) : std::string();
    if (Domain.empty())
      continue;
    if (Found && allocation(Found) != Domain)
      return nullptr;
    Found = C;
  }
  return Found;
}

const CallExpr *MemoryOrigins::allocationOf(const FieldDecl *Field) {
  findFields();
  auto Known = Fields.find(Field);
  return Known != Fields.end() && Known->second.Known ? Known->second.By : nullptr;
}

void MemoryOrigins::fill(const FieldDecl *Field, const Expr *Value, const MemoryUses &Uses,
                         const ParentMap &Parents) {
  if (isNull(Value, Index))
    return;
  Filled &Of = Fields[Field];
  const VarDecl *V = variableOf(Value);
  const auto *Made = V && V->hasLocalStorage() && !isa<ParmVarDecl>(V)
                         ? allocationOf(V, Uses, Parents)
                         : dyn_cast<CallExpr>(Value->IgnoreParenCasts());
  std::string Domain = Made ? allocation(Made) : std::string();
  Of.Known = Of.Known && !Domain.empty() && (!Of.By || allocation(Of.By) == Domain);
  Of.By = Made;
}

void MemoryOrigins::findFields() {
  if (std::exchange(FieldsFound, true))
    return;
  for (const auto &F : Index.functions()) {
    Stores Of;
    Of.TraverseStmt(F->Decl->getBody());
    if (const auto *Constructor = dyn_cast<CXXConstructorDecl>(F->Decl))
      for (const CXXCtorInitializer *I : Constructor->inits())
        if (I->isAnyMemberInitializer() && I->getInit())
          Of.Assigned.emplace_back(I->getAnyMember(), I->getInit());
    for (const FieldDecl *Field : Of.Lent)
      Fields[Field].Known = false;
    if (Of.Assigned.empty())
      continue;
    MemoryUses Uses;
    Uses.TraverseStmt(F->Decl->getBody());
    ParentMap Parents(F->Decl->getBody());
    for (auto [Field, Value] : Of.Assigned)
      fill(Field, Value, Uses, Parents);
  }
}

} // namespace ungil
