#include "analysis/Freshness.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"
#include "llvm/ADT/StringExtras.h"

namespace ungil {

using namespace clang;

namespace {

const VarDecl *localNamedBy(const Expr *E) {
  const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
  const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
  return V && V->hasLocalStorage() ? V : nullptr;
}

bool isNull(const Expr *E) {
  E = E->IgnoreParenCasts();
  if (const auto *I = dyn_cast<IntegerLiteral>(E))
    return I->getValue() == 0;
  return isa<CXXNullPtrLiteralExpr>(E) || isa<GNUNullExpr>(E);
}

bool contains(const Stmt *S, const Stmt *Wanted) {
  return S && (S == Wanted ||
               llvm::any_of(S->children(), [&](const Stmt *Child) { return contains(Child, Wanted); }));
}

/// "PyArray_IterNew", "PyObject_New": by the convention of the C API such functions return an object of their
/// own making.
bool isNamedAsConstructor(llvm::StringRef Name) {
  std::size_t At = Name.find("New");
  return (Name.starts_with("Py") || Name.starts_with("_Py")) && At != llvm::StringRef::npos &&
         !Knowledge::get().NewReferences.contains(Name) &&
         !(At + 3 < Name.size() && llvm::isLower(Name[At + 3]));
}

class ValueCollector : public BodyVisitor {
public:
  ValueCollector(LocalValues &Out, const PathResolver &Paths) : Out(Out), Paths(Paths) {}

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitVarDecl(VarDecl *V) override {
    if (V->hasLocalStorage() && !isa<ParmVarDecl>(V) && V->getInit() && !isNull(V->getInit()))
      Out.Assigned[V].push_back(V->getInit());
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->getOpcode() != BO_Assign)
      return true;
    if (const VarDecl *V = localNamedBy(B->getLHS())) {
      if (!isNull(B->getRHS()))
        Out.Assigned[V].push_back(B->getRHS());
      return true;
    }
    const VarDecl *Stored = localNamedBy(B->getRHS());
    auto To = Stored ? Paths.resolve(B->getLHS()) : std::nullopt;
    if (To && To->Kind != AccessPath::Local)
      Out.Published.try_emplace(Stored, B->getBeginLoc());
    return true;
  }

private:
  LocalValues &Out;
  const PathResolver &Paths;
};

class Returned : public BodyVisitor {
public:
  llvm::SmallVector<const Expr *, 4> Values;
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitReturnStmt(ReturnStmt *R) override {
    if (R->getRetValue())
      Values.push_back(R->getRetValue());
    return true;
  }
};

} // namespace

Freshness::Freshness(const UnitIndex &Index, const EntryPoints &Entries, const Contexts &Reach,
                     const PathResolver &Paths)
    : Index(Index), Reach(Reach), Paths(Paths) {
  for (const EntryPoint &Point : Entries.all())
    EnteredIn[Point.Target].add(Point.Where);
}

const LocalValues &Freshness::valuesOf(const Function &F) {
  auto &Slot = Values[&F];
  if (!Slot) {
    Slot = std::make_unique<LocalValues>();
    Paths.enter(F.Decl);
    ValueCollector(*Slot, Paths).TraverseStmt(F.Decl->getBody());
  }
  return *Slot;
}

bool Freshness::makesFresh(const Function &F, const Expr *E) {
  E = E->IgnoreParenCasts();
  if (isNull(E) || isa<CXXNewExpr>(E))
    return true;
  if (const auto *O = dyn_cast<ConditionalOperator>(E))
    return makesFresh(F, O->getTrueExpr()) && makesFresh(F, O->getFalseExpr());
  if (const auto *T = dyn_cast<ExprWithCleanups>(E))
    return makesFresh(F, T->getSubExpr());
  if (const auto *B = dyn_cast<BinaryOperator>(E); B && (B->isCommaOp() || B->getOpcode() == BO_Assign))
    return makesFresh(F, B->getRHS());
  if (const auto *S = dyn_cast<StmtExpr>(E)) {
    const auto *Last = S->getSubStmt()->body_empty() ? nullptr : dyn_cast<Expr>(S->getSubStmt()->body_back());
    return Last && makesFresh(F, Last);
  }
  if (const VarDecl *V = localNamedBy(E); V && !isa<ParmVarDecl>(V))
    return isFresh(F, V);
  // Owners such as std::unique_ptr: made from a fresh object, asked for it.
  if (const auto *T = dyn_cast<MaterializeTemporaryExpr>(E))
    return makesFresh(F, T->getSubExpr());
  if (const auto *T = dyn_cast<CXXBindTemporaryExpr>(E))
    return makesFresh(F, T->getSubExpr());
  if (const auto *Made = dyn_cast<CXXConstructExpr>(E))
    return Made->getNumArgs() > 0 && makesFresh(F, Made->getArg(0));
  if (const auto *M = dyn_cast<CXXMemberCallExpr>(E);
      M && M->getNumArgs() == 0 && M->getType()->isPointerType() && !Index.find(M->getMethodDecl()))
    if (const VarDecl *Owner = localNamedBy(M->getImplicitObjectArgument()))
      return !isa<ParmVarDecl>(Owner) && isFresh(F, Owner);
  const auto *C = dyn_cast<CallExpr>(E);
  if (!C)
    return false;
  llvm::StringRef Name;
  if (const FunctionDecl *Callee = C->getDirectCallee())
    Name = Callee->getIdentifier() ? Callee->getName() : llvm::StringRef();
  else if (const auto *M = dyn_cast<MemberExpr>(C->getCallee()->IgnoreParenImpCasts()))
    Name = M->getMemberDecl()->getName();
  const Knowledge &K = Knowledge::get();
  if (K.Allocators.contains(Name) || K.Sharing.FreshResults.contains(Name))
    return true;
  const Function *Callee = Index.find(C->getDirectCallee());
  return Callee ? returnsFresh(*Callee) : isNamedAsConstructor(Name);
}

bool Freshness::isFresh(const Function &F, const VarDecl *V) {
  const LocalValues &Of = valuesOf(F);
  auto Known = Of.Assigned.find(V);
  if (Known == Of.Assigned.end())
    return false;
  return llvm::all_of(Known->second, [&](const Expr *E) { return localNamedBy(E) != V && makesFresh(F, E); });
}

/// What the variable was assigned last before the expression, when no branch lies between: the assignment is
/// a statement of a block that holds the expression.
const Expr *Freshness::valueAt(const Function &F, const VarDecl *V, const Expr *At) {
  auto Values = valuesOf(F).Assigned.find(V);
  if (Values == valuesOf(F).Assigned.end())
    return nullptr;
  const SourceManager &SM = Index.context().getSourceManager();
  auto Before = [&](const Expr *A, const Expr *B) {
    return SM.isBeforeInTranslationUnit(SM.getExpansionLoc(A->getBeginLoc()),
                                        SM.getExpansionLoc(B->getBeginLoc()));
  };
  const Expr *Latest = nullptr;
  for (const Expr *Value : Values->second)
    if (Before(Value, At) && (!Latest || Before(Latest, Value)))
      Latest = Value;
  const Stmt *Block = F.Decl->getBody();
  while (Latest && Block) {
    const Stmt *Inner = nullptr;
    for (const Stmt *Child : Block->children()) {
      if (contains(Child, At)) {
        Inner = Child;
        break;
      }
      const auto *B = dyn_cast_or_null<BinaryOperator>(Child);
      const auto *D = dyn_cast_or_null<DeclStmt>(Child);
      if (isa<CompoundStmt>(Block) && ((B && contains(B, Latest)) || (D && contains(D, Latest))))
        return Latest;
    }
    Block = Inner;
  }
  return nullptr;
}

bool Freshness::returnsFresh(const Function &F) {
  auto [At, New] = Returns.try_emplace(&F, false); // recursion is not fresh
  if (!New)
    return At->second;
  Returned All;
  All.TraverseStmt(F.Decl->getBody());
  bool Makes =
      !All.Values.empty() && llvm::all_of(All.Values, [&](const Expr *E) { return makesFresh(F, E); });
  // A function that returns nothing but NULL makes nothing.
  Makes = Makes && !llvm::all_of(All.Values, isNull);
  for (const Expr *E : All.Values)
    if (const VarDecl *V = localNamedBy(E); V && valuesOf(F).Published.contains(V))
      Makes = false;
  return Returns[&F] = Makes;
}

bool Freshness::argumentIsFresh(const Function &F, int Parameter, ContextSet Racing) {
  if (F.Callers.empty() || EnteredIn.lookup(&F).intersects(Racing))
    return false;
  auto [At, New] = Arguments.try_emplace({&F, Parameter}, true);
  if (!New)
    return At->second;
  bool Fresh = true;
  for (const Call *C : F.Callers) {
    if (!Fresh || C->In == &F || !Reach.of(C->In).intersects(Racing))
      continue;
    Paths.enter(C->In->Decl);
    const Expr *Argument = argumentOf(C->Site, Parameter);
    auto P = Argument ? Paths.resolve(Argument) : std::nullopt;
    bool ByAddress =
        P && P->Kind == AccessPath::Local && (P->IsAddress || !Argument->getType()->isPointerType());
    Fresh = Argument && (makesFresh(*C->In, Argument) || ByAddress ||
                         (P && isPrivate(*C->In, P->pointee(), C->Site, Racing)));
  }
  Arguments[{&F, Parameter}] = Fresh;
  return Fresh;
}

bool Freshness::isPrivate(const Function &F, const AccessPath &P, const Expr *At, ContextSet Racing) {
  if (P.Kind == AccessPath::Local) {
    const auto *V = cast<VarDecl>(P.Root);
    if (P.Fields.empty() || P.Fields.front()) // a struct on the stack
      return !V->getType()->isReferenceType();
    const Expr *Latest = isFresh(F, V) ? nullptr : valueAt(F, V, At);
    if (!isFresh(F, V) && !(Latest && makesFresh(F, Latest)))
      return false;
    auto Published = valuesOf(F).Published.find(V);
    const SourceManager &SM = Index.context().getSourceManager();
    return Published == valuesOf(F).Published.end() ||
           !SM.isBeforeInTranslationUnit(SM.getExpansionLoc(Published->second),
                                         SM.getExpansionLoc(At->getBeginLoc()));
  }
  if (P.Kind == AccessPath::This) {
    if (isa<CXXConstructorDecl>(F.Decl) || isa<CXXDestructorDecl>(F.Decl))
      return true;
    return argumentIsFresh(F, ThisArgument, Racing);
  }
  if (P.Kind == AccessPath::Parameter)
    if (const auto *V = dyn_cast<ParmVarDecl>(P.Root))
      return argumentIsFresh(F, int(V->getFunctionScopeIndex()), Racing);
  return false;
}

} // namespace ungil
