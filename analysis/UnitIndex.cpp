#include "analysis/UnitIndex.h"

#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"

namespace ungil {

using namespace clang;

const FunctionDecl *calleeOf(const Expr *E) {
  if (const auto *C = dyn_cast<CallExpr>(E))
    return C->getDirectCallee();
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return C->getConstructor();
  return nullptr;
}

const Expr *argumentOf(const Expr *E, int Index) {
  if (const auto *C = dyn_cast<CXXConstructExpr>(E))
    return Index >= 0 && unsigned(Index) < C->getNumArgs() ? C->getArg(Index) : nullptr;
  const auto *C = dyn_cast<CallExpr>(E);
  if (!C)
    return nullptr;
  if (const auto *M = dyn_cast<CXXMemberCallExpr>(C); M && Index == ThisArgument)
    return M->getImplicitObjectArgument();
  if (isa<CXXOperatorCallExpr>(C) && isa_and_nonnull<CXXMethodDecl>(C->getDirectCallee()))
    ++Index;
  return Index >= 0 && unsigned(Index) < C->getNumArgs() ? C->getArg(Index) : nullptr;
}

const FunctionDecl *functionNamedBy(const Expr *E) {
  while (E) {
    E = E->IgnoreParenCasts();
    if (const auto *U = dyn_cast<UnaryOperator>(E);
        U && (U->getOpcode() == UO_AddrOf || U->getOpcode() == UO_Plus || U->getOpcode() == UO_Deref))
      E = U->getSubExpr();
    else if (const auto *T = dyn_cast<MaterializeTemporaryExpr>(E))
      E = T->getSubExpr();
    else if (const auto *T = dyn_cast<CXXBindTemporaryExpr>(E))
      E = T->getSubExpr();
    else if (const auto *C = dyn_cast<CXXConstructExpr>(E);
             C && C->getNumArgs() == 1 && C->getConstructor()->isCopyOrMoveConstructor())
      E = C->getArg(0);
    else if (const auto *M = dyn_cast<CXXMemberCallExpr>(E);
             M && isa_and_nonnull<CXXConversionDecl>(M->getMethodDecl()))
      E = M->getImplicitObjectArgument();
    else if (const auto *Call = dyn_cast<CallExpr>(E); Call && Call->isCallToStdMove())
      E = Call->getArg(0);
    else
      break;
  }
  if (!E)
    return nullptr;
  if (const auto *L = dyn_cast<LambdaExpr>(E))
    return L->getCallOperator();
  if (const auto *R = dyn_cast<DeclRefExpr>(E)) {
    if (const auto *F = dyn_cast<FunctionDecl>(R->getDecl()))
      return F;
    const auto *V = dyn_cast<VarDecl>(R->getDecl());
    const CXXRecordDecl *Class = V ? V->getType()->getAsCXXRecordDecl() : nullptr;
    if (Class && Class->isLambda())
      return Class->getLambdaCallOperator();
  }
  return nullptr;
}

class IndexVisitor : public RecursiveASTVisitor<IndexVisitor> {
  using Base = RecursiveASTVisitor<IndexVisitor>;

public:
  explicit IndexVisitor(UnitIndex &Index) : Index(Index) {}

  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitImplicitCode() const { return false; }
  bool shouldVisitLambdaBody() const { return false; }

  bool TraverseDecl(Decl *D) {
    if (!D || D->isImplicit())
      return true;
    if (auto *V = dyn_cast<VarDecl>(D); V && typeName(V->getType()) == "PyModuleDef")
      return inModuleDef(D);
    auto *F = dyn_cast<FunctionDecl>(D);
    if (!F || !F->doesThisDeclarationHaveABody())
      return Base::TraverseDecl(D);
    return inFunction(F, [&] { return Base::TraverseDecl(D); });
  }

  bool TraverseLambdaExpr(LambdaExpr *L) {
    for (unsigned I = 0; I != L->capture_size(); ++I)
      if (!TraverseStmt(L->capture_init_begin()[I]))
        return false;
    FunctionDecl *F = L->getCallOperator();
    return inFunction(F, [&] { return TraverseStmt(L->getBody()); });
  }

  /// What stands in a decltype is not called. LLVM 22 says besides whether to go into the qualifier.
  template <class... Qualifier> bool TraverseDecltypeTypeLoc(DecltypeTypeLoc, Qualifier...) { return true; }

  bool VisitVarDecl(VarDecl *V) {
    if (V->getDeclContext()->isDependentContext())
      return true;
    if (V->hasGlobalStorage() && V->isThisDeclarationADefinition())
      Index.Statics.push_back(V);
    if (V->getInit() && isTable(V->getType()))
      Index.Initialised.push_back(V);
    if (V->getInit() && isStateGetter(V->getInit()))
      StateVariables.insert(V);
    return true;
  }

  bool VisitExplicitCastExpr(ExplicitCastExpr *C) {
    const auto *Type = C->getTypeAsWritten()->getAs<TypedefType>();
    if (const FunctionDecl *F = Type ? functionNamedBy(C->getSubExpr()) : nullptr)
      Casts.push_back({C, F, Type->getDecl()->getName()});
    return true;
  }

  bool VisitCastExpr(CastExpr *C) {
    const RecordDecl *Record =
        C->getType()->isPointerType() ? C->getType()->getPointeeType()->getAsRecordDecl() : nullptr;
    if (Record && isStateGetter(C->getSubExpr()))
      Index.ModuleStates.insert(cast<RecordDecl>(Record->getCanonicalDecl()));
    return true;
  }

  bool VisitUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *E) {
    if (InModuleDef && E->getKind() == UETT_SizeOf)
      if (const RecordDecl *Record = E->getTypeOfArgument()->getAsRecordDecl())
        Index.ModuleStates.insert(cast<RecordDecl>(Record->getCanonicalDecl()));
    return true;
  }

  /// A loop over a range calls what its container and iterator define, though nobody writes the calls.
  bool VisitCXXForRangeStmt(CXXForRangeStmt *S) {
    for (Stmt *Implicit : {static_cast<Stmt *>(S->getBeginStmt()), static_cast<Stmt *>(S->getEndStmt()),
                           static_cast<Stmt *>(S->getCond()), static_cast<Stmt *>(S->getInc())})
      if (Implicit && !TraverseStmt(Implicit))
        return false;
    return true;
  }

  bool VisitOMPExecutableDirective(OMPExecutableDirective *D) {
    if (!Current || !D->hasAssociatedStmt())
      return true;
    if (isOpenMPParallelDirective(D->getDirectiveKind()))
      Current->ParallelRegions.push_back(D);
    else if (D->getDirectiveKind() == llvm::omp::OMPD_master ||
             D->getDirectiveKind() == llvm::omp::OMPD_masked)
      Current->MasterRegions.push_back(D);
    return true;
  }

  /// Members and bases that the constructor does not name are made too.
  bool VisitCXXConstructorDecl(CXXConstructorDecl *C) {
    if (!C->doesThisDeclarationHaveABody() || C->isDependentContext())
      return true;
    for (const CXXCtorInitializer *I : C->inits())
      if (const auto *Made = dyn_cast<CXXConstructExpr>(I->getInit()); Made && !I->isWritten())
        if (!Made->getConstructor()->isInStdNamespace() && !TraverseStmt(I->getInit()))
          return false;
    return true;
  }

  bool VisitCallExpr(CallExpr *C) {
    addHandedOver(C);
    return addCall(C);
  }
  bool VisitCXXConstructExpr(CXXConstructExpr *C) {
    const auto *Maker = dyn_cast<ClassTemplateSpecializationDecl>(C->getConstructor()->getParent());
    if (Maker && Maker->getName() == "class_" &&
        Knowledge::get().Sharing.TypeMakers.contains(typeName(*Maker)))
      if (const TemplateArgument &Bound = Maker->getTemplateArgs()[0];
          Bound.getKind() == TemplateArgument::Type)
        addBound(Bound.getAsType()->getAsCXXRecordDecl());
    return addCall(C);
  }

  bool VisitDeclRefExpr(DeclRefExpr *R) {
    if (const auto *F = dyn_cast<FunctionDecl>(R->getDecl()))
      Named.push_back({R, F, Current});
    return true;
  }

  bool VisitBinaryOperator(BinaryOperator *B) {
    if (B->isAssignmentOp() && isa<MemberExpr>(B->getLHS()->IgnoreParens())) {
      Index.MemberAssignments.push_back(B);
      addStored(B->getRHS());
    }
    return true;
  }

  bool VisitCXXMemberCallExpr(CXXMemberCallExpr *C) {
    const CXXMethodDecl *M = C->getMethodDecl();
    if (M && M->getIdentifier() && Knowledge::get().ContainerPushes.contains(M->getName()) &&
        Knowledge::get().Containers.contains(qualifiedName(*M->getParent())))
      for (const Expr *Argument : C->arguments())
        addStored(Argument);
    return true;
  }

  void finish() {
    findOverriders();
    for (const auto &F : Index.Functions) {
      addCallbacks(*F);
      addOverriders(*F);
      for (Call &C : F->Calls)
        if (Function *Callee = Index.find(C.Callee))
          Callee->Callers.push_back(&C);
        else
          Index.ExternalCalls.push_back(C);
    }
    for (const auto &[Lambda, Where] : Stored)
      if (Function *F = Index.find(Lambda))
        F->AddressTaken.push_back(Where);
    for (const Cast &C : Casts)
      if (Function *F = Index.find(C.Named))
        F->Casts.push_back({C.Site, C.Type});
    for (const Reference &R : Named) {
      if (Callees.contains(R.Site))
        continue;
      Function *F = Index.find(R.Named);
      if (!F)
        Index.ExternalNames.insert(R.Named->getCanonicalDecl());
      else if (R.In)
        F->AddressTaken.push_back(R.Site);
      else
        F->InTable = true;
    }
  }

private:
  struct Reference {
    const DeclRefExpr *Site;
    const FunctionDecl *Named;
    Function *In;
  };

  struct Cast {
    const Expr *Site;
    const FunctionDecl *Named;
    llvm::StringRef Type;
  };

  /// A lambda that is kept for later runs when whoever finds it there says so, not when this function runs.
  void addStored(const Expr *Value) {
    const auto *M = dyn_cast_or_null<CXXMethodDecl>(functionNamedBy(Value));
    if (M && M->getParent()->isLambda())
      Stored.emplace_back(M, Value);
  }

  /// A function of another unit that gets the object around a lambda by value, such as a scheduler's, may keep
  /// it. One that gets it by reference to a constant runs it before it returns, as a rule.
  void addHandedOver(const CallExpr *C) {
    const FunctionDecl *Callee = C->getDirectCallee();
    if (!Callee || Callee->isDefined() || Callee->getTemplateInstantiationPattern() ||
        !Index.scope().contains(Callee->getLocation()))
      return;
    const unsigned Object = isa<CXXOperatorCallExpr>(C) && isa<CXXMethodDecl>(Callee);
    for (unsigned I = Object; I < C->getNumArgs() && I - Object < Callee->getNumParams(); ++I) {
      QualType T = Callee->getParamDecl(I - Object)->getType();
      if (T->isRecordType() || T->isRValueReferenceType())
        addStored(wrappedBy(C->getArg(I)));
    }
  }

  /// What an object of a class like std::function is made from.
  static const Expr *wrappedBy(const Expr *E) {
    for (const Expr *Before = nullptr; E != Before;) {
      Before = E;
      E = E->IgnoreParenCasts();
      if (const auto *Cleanups = dyn_cast<ExprWithCleanups>(E))
        E = Cleanups->getSubExpr();
      else if (const auto *T = dyn_cast<MaterializeTemporaryExpr>(E))
        E = T->getSubExpr();
      else if (const auto *B = dyn_cast<CXXBindTemporaryExpr>(E))
        E = B->getSubExpr();
      else if (const auto *Made = dyn_cast<CXXConstructExpr>(E); Made && Made->getNumArgs())
        E = Made->getArg(0);
    }
    return E;
  }

  bool inModuleDef(Decl *D) {
    InModuleDef = true;
    bool Continue = Base::TraverseDecl(D);
    InModuleDef = false;
    return Continue;
  }

  void addBound(const CXXRecordDecl *Class) {
    if (!Class || !Class->hasDefinition() || !Index.BoundTypes.insert(Class->getCanonicalDecl()).second)
      return;
    for (const CXXBaseSpecifier &Base : Class->bases())
      addBound(Base.getType()->getAsCXXRecordDecl());
  }

  bool isStateGetter(const Expr *E) const {
    E = E->IgnoreParenCasts();
    if (const auto *R = dyn_cast<DeclRefExpr>(E))
      return StateVariables.contains(dyn_cast<VarDecl>(R->getDecl()));
    const FunctionDecl *Callee = calleeOf(E);
    return Callee && Callee->getIdentifier() &&
           Knowledge::get().ModuleStateGetters.contains(Callee->getName());
  }

  template <class Body> bool inFunction(FunctionDecl *F, Body Traverse) {
    if (F->isDependentContext()) {
      Index.Patterns.push_back(std::make_unique<Function>());
      Index.Patterns.back()->Decl = F;
      return true;
    }
    Function *Outer = Current;
    Index.Functions.push_back(std::make_unique<Function>());
    Current = Index.Functions.back().get();
    Current->Decl = F;
    Current->Parent = Outer;
    Index.ByDecl[F->getCanonicalDecl()] = Current;
    bool Continue = Traverse();
    Current = Outer;
    return Continue;
  }

  template <class Site> bool addCall(Site *E) {
    if (auto *C = dyn_cast<CallExpr>(static_cast<Expr *>(E)))
      Callees.insert(C->getCallee()->IgnoreParenImpCasts());
    const FunctionDecl *F = calleeOf(E);
    if (Current && F)
      Current->Calls.push_back({E, F->getCanonicalDecl(), Current});
    return true;
  }

  /// Functions that a callee calls before it returns are called here.
  void addCallbacks(Function &F) {
    std::vector<Call> Added;
    for (const Call &C : F.Calls) {
      auto Known = Knowledge::get().Callbacks.find(qualifiedName(*C.Callee));
      if (Known == Knowledge::get().Callbacks.end())
        continue;
      for (const Callback &Passed : Known->second) {
        const Expr *Argument = argumentOf(C.Site, Passed.Argument);
        const FunctionDecl *Named = Argument && !Passed.Where ? functionNamedBy(Argument) : nullptr;
        if (!Index.find(Named))
          continue;
        Callees.insert(Argument->IgnoreParenCasts());
        Added.push_back({C.Site, Named->getCanonicalDecl(), &F});
      }
    }
    F.Calls.insert(F.Calls.end(), Added.begin(), Added.end());
  }

  void findOverriders() {
    for (const auto &F : Index.Functions)
      if (const auto *M = dyn_cast<CXXMethodDecl>(F->Decl))
        overrides(M, M);
  }

  void overrides(const CXXMethodDecl *Overrider, const CXXMethodDecl *M) {
    for (const CXXMethodDecl *Base : M->overridden_methods()) {
      Overriders[Base->getCanonicalDecl()].push_back(Overrider);
      overrides(Overrider, Base);
    }
  }

  /// A virtual call can run each function that overrides the one it names.
  void addOverriders(Function &F) {
    std::vector<Call> Added;
    for (const Call &C : F.Calls) {
      const auto *M = dyn_cast<CXXMemberCallExpr>(C.Site);
      auto Known = M ? Overriders.find(C.Callee) : Overriders.end();
      if (Known == Overriders.end() || isQualified(M))
        continue;
      for (const CXXMethodDecl *Overrider : Known->second)
        Added.push_back({C.Site, Overrider->getCanonicalDecl(), &F});
    }
    F.Calls.insert(F.Calls.end(), Added.begin(), Added.end());
  }

  static bool isQualified(const CXXMemberCallExpr *C) {
    const auto *Named = dyn_cast<MemberExpr>(C->getCallee()->IgnoreParens());
    return Named && Named->hasQualifier();
  }

  /// Records of the C API, and arrays of them; their members name functions.
  static bool isTable(QualType T) {
    while (const auto *Array = T->getAsArrayTypeUnsafe())
      T = Array->getElementType();
    return T->isRecordType() || T->isVoidPointerType();
  }

  UnitIndex &Index;
  Function *Current = nullptr;
  bool InModuleDef = false;
  std::vector<Reference> Named;
  std::vector<Cast> Casts;
  std::vector<std::pair<const CXXMethodDecl *, const Expr *>> Stored;
  llvm::DenseSet<const VarDecl *> StateVariables;
  llvm::DenseSet<const Expr *> Callees;
  llvm::DenseMap<const FunctionDecl *, llvm::SmallVector<const CXXMethodDecl *, 2>> Overriders;
};

UnitIndex::UnitIndex(ASTContext &Context, const ProjectScope &Scope) : Context(Context), Scope(Scope) {
  IndexVisitor Visitor(*this);
  for (Decl *D : Context.getTranslationUnitDecl()->decls())
    if (Scope.contains(D->getLocation().isValid() ? D->getLocation() : D->getBeginLoc()))
      Visitor.TraverseDecl(D);
  Visitor.finish();
}

Function *UnitIndex::find(const FunctionDecl *F) const {
  return F ? ByDecl.lookup(F->getCanonicalDecl()) : nullptr;
}

} // namespace ungil
