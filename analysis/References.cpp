#include "analysis/References.h"

#include "analysis/AccessPath.h"
#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

#include <set>

namespace ungil {

using namespace clang;

bool isNullConstant(const Expr *E, const ASTContext &Context) {
  const Expr *Bare = E->IgnoreParenCasts();
  return isa<ImplicitValueInitExpr>(Bare) ||
         Bare->isNullPointerConstant(const_cast<ASTContext &>(Context), Expr::NPC_ValueDependentIsNotNull) !=
             Expr::NPCK_NotNull;
}

bool isReference(QualType T) {
  const auto *Pointer = T->getAs<PointerType>();
  const RecordDecl *Record = Pointer ? Pointer->getPointeeType()->getAsRecordDecl() : nullptr;
  return Record && isObjectStruct(Record);
}

llvm::StringRef calleeName(const Expr *Call) {
  const FunctionDecl *F = calleeOf(Call);
  return F && F->getIdentifier() ? F->getName() : llvm::StringRef();
}

const ReferenceOp *Effects::find(ReferenceOp::Kind What, const FieldDecl *Field) const {
  Origin Wanted{Origin::Field, Field->getCanonicalDecl()};
  for (const ReferenceOp &Op : Ops)
    if (Op.What == What && Op.Where == Wanted)
      return &Op;
  return nullptr;
}

bool Effects::visitsType() const {
  return llvm::any_of(Ops, [](const ReferenceOp &Op) {
    return Op.What == ReferenceOp::Visit && Op.Where.What == Origin::TypeOfObject;
  });
}

namespace {

/// CPython's function types, as the unit's headers declare them.
struct FunctionTypes {
  QualType Visit, Traverse, Clear, Destructor, Free;

  explicit FunctionTypes(ASTContext &Context)
      : Visit(find(Context, "visit")), Traverse(find(Context, "traverse")), Clear(find(Context, "clear")),
        Destructor(find(Context, "destructor")), Free(find(Context, "free")) {}

  static QualType find(ASTContext &Context, llvm::StringRef Role) {
    const std::string &Name = Knowledge::get().Collector.FunctionTypes.find(Role)->second;
    for (const NamedDecl *D : Context.getTranslationUnitDecl()->lookup(&Context.Idents.get(Name)))
      if (const auto *Typedef = dyn_cast<TypedefNameDecl>(D))
        return Typedef->getUnderlyingType().getCanonicalType().getUnqualifiedType();
    return {};
  }
};

bool same(QualType T, QualType Known) {
  return !Known.isNull() && T.getCanonicalType().getUnqualifiedType() == Known;
}

const VarDecl *variableNamed(const Expr *E) {
  const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParens());
  return R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
}

} // namespace

struct References::OwnEffects {
  std::vector<ReferenceOp> Ops;
  std::vector<IndirectCall> Indirect;
  llvm::DenseSet<const FieldDecl *> Mentioned;
  std::vector<const Function *> Callbacks;
  bool Bounded = true;
};

/// Reads a function's body twice: first what its variables can hold, then what it does to fields.
class FunctionReader : public BodyVisitor {
public:
  FunctionReader(References &R, const Function *In, const FunctionTypes &Types)
      : R(R), In(In), Types(Types) {}

  void readValues() { traverse(); }
  void readOperations() {
    ReadsValues = false;
    R.Own[In] = std::make_unique<References::OwnEffects>();
    Own = R.Own[In].get();
    traverse();
  }

  bool TraverseLambdaExpr(LambdaExpr *L) override {
    for (Expr *Capture : L->capture_inits())
      if (!TraverseStmt(Capture))
        return false;
    return true;
  }

  bool VisitVarDecl(VarDecl *V) override {
    if (ReadsValues && V->getInit())
      R.Values[V].push_back(V->getInit());
    return true;
  }
  bool VisitCXXForRangeStmt(CXXForRangeStmt *S) override {
    if (ReadsValues && S->getLoopVariable() && S->getRangeInit())
      R.Values[S->getLoopVariable()].push_back(S->getRangeInit());
    return true;
  }
  bool VisitReturnStmt(ReturnStmt *S) override {
    if (ReadsValues && S->getRetValue())
      R.Returns[In].push_back(S->getRetValue());
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->getOpcode() != BO_Assign)
      return true;
    const VarDecl *V = variableNamed(B->getLHS());
    if (V && ReadsValues)
      R.Values[V].push_back(B->getRHS());
    if (!V && !ReadsValues && B->getLHS()->getType()->isAnyPointerType())
      store(B->getLHS(), B->getRHS(), B);
    return true;
  }
  bool VisitMemberExpr(MemberExpr *M) override {
    if (const auto *F = dyn_cast<FieldDecl>(M->getMemberDecl()); F && !ReadsValues)
      Own->Mentioned.insert(F->getCanonicalDecl());
    return true;
  }
  bool VisitCXXDeleteExpr(CXXDeleteExpr *D) override {
    if (!ReadsValues)
      record(ReferenceOp::Free, D->getArgument(), D);
    return true;
  }
  bool VisitCallExpr(CallExpr *C) override {
    if (ReadsValues)
      return true;
    for (const Expr *Argument : C->arguments())
      if (const Function *F = R.Index.find(functionNamedBy(Argument)))
        Own->Callbacks.push_back(F);
    if (const FunctionDecl *Callee = C->getDirectCallee())
      direct(C, *Callee);
    else
      indirect(C);
    return true;
  }

private:
  void traverse() {
    if (const auto *Constructor = dyn_cast<CXXConstructorDecl>(In->Decl))
      for (const CXXCtorInitializer *I : Constructor->inits())
        if (I->getInit())
          TraverseStmt(I->getInit());
    TraverseStmt(In->Decl->getBody());
  }

  void record(ReferenceOp::Kind What, const Expr *Operand, const Expr *At, const Expr *Value = nullptr) {
    const Expr *Bare = Operand->IgnoreParenCasts();
    bool Direct = isa<MemberExpr>(Bare) || isa<ArraySubscriptExpr>(Bare);
    for (const Origin &Where : R.originsOf(Operand))
      Own->Ops.push_back({What, Where, At, In, Value, Direct});
  }

  void store(const Expr *Target, const Expr *Value, const Expr *At) {
    record(isNullConstant(Value, R.Index.context()) ? ReferenceOp::Null : ReferenceOp::Store, Target, At,
           Value);
  }

  void direct(const CallExpr *C, const FunctionDecl &Callee) {
    const CollectorKnowledge &K = Knowledge::get().Collector;
    llvm::StringRef Name = calleeName(C);
    if (R.Index.find(&Callee) || C->getNumArgs() == 0)
      return;
    if (K.Drops.contains(Name))
      return record(ReferenceOp::Release, C->getArg(0), C);
    if (K.Takes.contains(Name) || K.NewReferences.contains(Name))
      return record(ReferenceOp::Take, C->getArg(0), C);
    if (Knowledge::get().Deallocators.contains(Name))
      return record(ReferenceOp::Free, C->getArg(0), C);
    if (K.AtomicStores.contains(Name) && C->getNumArgs() > 1)
      return store(C->getArg(0), C->getArg(1), C);
    if (!K.VisitManagedDict.contains(Name) && givesVisitor(C))
      opaque(C);
    else if (R.Index.scope().contains(Callee.getLocation()) && llvm::any_of(C->arguments(), mayLeadToObject))
      Own->Bounded = false;
    for (const Expr *Argument : C->arguments())
      fill(C, Argument);
  }

  /// f(&self->field): what the callee stores there is not seen.
  void fill(const CallExpr *C, const Expr *Argument) {
    const auto *Address = dyn_cast<UnaryOperator>(Argument->IgnoreParenCasts());
    if (Address && Address->getOpcode() == UO_AddrOf &&
        isa<MemberExpr>(Address->getSubExpr()->IgnoreParens()) &&
        isReference(Address->getSubExpr()->getType()))
      record(ReferenceOp::Store, Address->getSubExpr(), C, C);
  }

  static bool mayLeadToObject(const Expr *Argument) { return Argument->getType()->isAnyPointerType(); }

  bool givesVisitor(const CallExpr *C) const {
    return llvm::any_of(C->arguments(), [&](const Expr *A) { return same(A->getType(), Types.Visit); });
  }

  void opaque(const CallExpr *C) {
    Own->Indirect.push_back({IndirectCall::Opaque, C, In});
    for (const Expr *Argument : C->arguments())
      record(ReferenceOp::Visit, Argument, C);
  }

  void indirect(const CallExpr *C) {
    QualType T = C->getCallee()->getType();
    if (same(T, Types.Visit) && C->getNumArgs() == 2)
      return record(ReferenceOp::Visit, C->getArg(0), C);
    if (same(T, Types.Traverse))
      Own->Indirect.push_back({IndirectCall::Traverse, C, In});
    else if (same(T, Types.Clear))
      Own->Indirect.push_back({IndirectCall::Clear, C, In});
    else if (same(T, Types.Destructor))
      Own->Indirect.push_back({IndirectCall::Destructor, C, In});
    else if (same(T, Types.Free))
      Own->Indirect.push_back({IndirectCall::Free, C, In});
    else if (givesVisitor(C))
      opaque(C);
  }

  References &R;
  const Function *In;
  const FunctionTypes &Types;
  References::OwnEffects *Own = nullptr;
  bool ReadsValues = true;
};

References::References(const UnitIndex &Index) : Index(Index) {
  FunctionTypes Types(Index.context());
  for (const auto &F : Index.functions())
    if (F->Decl->hasBody())
      FunctionReader(*this, F.get(), Types).readValues();
  for (const auto &F : Index.functions())
    if (F->Decl->hasBody())
      FunctionReader(*this, F.get(), Types).readOperations();
  indexFields();
}

References::~References() = default;

const Effects &References::of(const Function *F) const {
  static const Effects Nothing;
  if (auto Known = Closed.find(F); Known != Closed.end())
    return *Known->second;
  auto Mine = Own.find(F);
  if (Mine == Own.end() || !Closing.insert(F).second)
    return Nothing;
  auto All = std::make_unique<Effects>();
  All->Functions = {F};
  All->Indirect = Mine->second->Indirect;
  All->Mentioned = Mine->second->Mentioned;
  All->Bounded = Mine->second->Bounded;
  std::set<std::pair<int, const void *>> Present;
  for (const ReferenceOp &Op : Mine->second->Ops)
    if (Present.insert({Op.What * 8 + Op.Where.What, Op.Where.Decl}).second ||
        (Op.What == ReferenceOp::Release && Op.Direct))
      All->Ops.push_back(Op);
  for (const Call &C : F->Calls)
    if (const Function *Callee = Index.find(C.Callee))
      merge(*All, of(Callee), C);
  mergeCallbacks(*All, F);
  Closing.erase(F);
  return *(Closed[F] = std::move(All));
}

void References::merge(Effects &Into, const Effects &Callee, const Call &C) const {
  auto Add = [&](const ReferenceOp &Op, const Origin &Where) {
    auto Same = [&](const ReferenceOp &Other) {
      return Other.What == Op.What && Other.Where == Where && Other.Direct == Op.Direct;
    };
    if (llvm::any_of(Into.Ops, Same))
      return;
    Into.Ops.push_back(Op);
    Into.Ops.back().Where = Where;
  };
  for (const ReferenceOp &Op : Callee.Ops) {
    const auto *Parameter = dyn_cast_or_null<ParmVarDecl>(Op.Where.Decl);
    if (Op.Where.What != Origin::Parameter || !Parameter) {
      Add(Op, Op.Where);
      continue;
    }
    const Expr *Argument = argumentOf(C.Site, int(Parameter->getFunctionScopeIndex()));
    if (Argument &&
        Parameter->getDeclContext() == static_cast<const DeclContext *>(Index.find(C.Callee)->Decl))
      for (const Origin &Where : originsOf(Argument))
        Add(Op, Where);
  }
  for (const IndirectCall &I : Callee.Indirect)
    if (!llvm::any_of(Into.Indirect, [&](const IndirectCall &Other) { return Other.Site == I.Site; }))
      Into.Indirect.push_back(I);
  Into.Mentioned.insert(Callee.Mentioned.begin(), Callee.Mentioned.end());
  Into.Bounded &= Callee.Bounded;
  for (const Function *F : Callee.Functions)
    if (!llvm::is_contained(Into.Functions, F))
      Into.Functions.push_back(F);
}

/// Functions whose address a call gets are taken to be called by it; what they do to their parameters stays
/// unknown.
void References::mergeCallbacks(Effects &Into, const Function *F) const {
  for (const Function *Callback : Own.find(F)->second->Callbacks) {
    Effects Theirs = of(Callback);
    llvm::erase_if(Theirs.Ops, [](const ReferenceOp &Op) { return Op.Where.What == Origin::Parameter; });
    merge(Into, Theirs, {});
  }
}

void References::indexFields() {
  auto Add = [&](const ReferenceOp &Op, const Origin &Where) {
    if (Where.What != Origin::Field)
      return;
    ByField[cast<FieldDecl>(Where.Decl)].push_back(Op);
    ByField[cast<FieldDecl>(Where.Decl)].back().Where = Where;
  };
  for (const auto &F : Index.functions()) {
    auto Mine = Own.find(F.get());
    if (Mine == Own.end())
      continue;
    for (const ReferenceOp &Op : Mine->second->Ops)
      Add(Op, Op.Where);
    for (const Call &C : F->Calls) {
      const Function *Callee = Index.find(C.Callee);
      if (!Callee)
        continue;
      for (const ReferenceOp &Op : of(Callee).Ops) {
        const auto *Parameter = dyn_cast_or_null<ParmVarDecl>(Op.Where.Decl);
        const Expr *Argument = Parameter && Op.Where.What == Origin::Parameter
                                   ? argumentOf(C.Site, int(Parameter->getFunctionScopeIndex()))
                                   : nullptr;
        if (Argument && Parameter->getDeclContext() == static_cast<const DeclContext *>(Callee->Decl))
          for (const Origin &Where : originsOf(Argument))
            Add(Op, Where);
      }
    }
  }
}

const std::vector<ReferenceOp> &References::on(const FieldDecl *Field) const {
  static const std::vector<ReferenceOp> None;
  auto Known = ByField.find(Field->getCanonicalDecl());
  return Known == ByField.end() ? None : Known->second;
}

} // namespace ungil
