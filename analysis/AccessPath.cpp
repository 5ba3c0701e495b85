#include "analysis/AccessPath.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/UnitIndex.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

constexpr unsigned MaxDepth = 12; // of chains of local variables that stand for one another

/// What each local variable is assigned, when it is assigned once and its address is not taken.
class SingleAssignments : public BodyVisitor {
public:
  llvm::DenseMap<const VarDecl *, const Expr *> Values;
  llvm::DenseSet<const VarDecl *> Changing;

  bool VisitVarDecl(VarDecl *V) override {
    if (V->hasLocalStorage() && !isa<ParmVarDecl>(V) && V->getInit())
      assign(V, V->getInit());
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isAssignmentOp())
      if (const VarDecl *V = variable(B->getLHS()); V && !V->getType()->isReferenceType())
        B->getOpcode() == BO_Assign ? assign(V, B->getRHS()) : change(V);
    return true;
  }
  bool VisitUnaryOperator(UnaryOperator *U) override {
    if (U->isIncrementDecrementOp() || U->getOpcode() == UO_AddrOf)
      if (const VarDecl *V = variable(U->getSubExpr()); V && !V->getType()->isReferenceType())
        change(V);
    return true;
  }

private:
  static const VarDecl *variable(const Expr *E) {
    const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParens());
    return R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
  }
  void assign(const VarDecl *V, const Expr *Value) {
    const Expr *Bare = Value->IgnoreParenCasts();
    if (isa<CXXNullPtrLiteralExpr>(Bare) || isa<GNUNullExpr>(Bare) || isa<IntegerLiteral>(Bare))
      return; // "T *x = NULL;" at the top of a C function is no value of its own
    if (!Values.try_emplace(V, Value).second)
      change(V);
  }
  void change(const VarDecl *V) { Changing.insert(V); }
};

class ReturnedValues : public BodyVisitor {
public:
  llvm::SmallVector<const Expr *, 4> Values;
  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitReturnStmt(ReturnStmt *R) override {
    if (R->getRetValue())
      Values.push_back(R->getRetValue());
    return true;
  }
};

/// Whether the body names a variable with thread storage.
class ThreadStorage : public BodyVisitor {
public:
  bool Found = false;
  bool VisitDeclRefExpr(DeclRefExpr *R) override {
    const auto *V = dyn_cast<VarDecl>(R->getDecl());
    return !(Found |= V && V->getTLSKind() != VarDecl::TLS_None);
  }
};

/// A function with nothing to choose by, which returns a reference, names the same object for every caller.
bool isSingleton(const FunctionDecl &F) {
  const auto *Method = dyn_cast<CXXMethodDecl>(&F);
  QualType T = F.getReturnType();
  if (F.getNumParams() != 0 || (Method && !Method->isStatic()) || !T->isReferenceType() ||
      !T->getPointeeType()->isRecordType())
    return false;
  ThreadStorage Body;
  Body.TraverseStmt(F.getBody());
  return !Body.Found;
}

AccessPath dereference(AccessPath P) {
  if (P.IsAddress)
    P.IsAddress = false;
  else
    P.Fields.push_back(nullptr);
  return P;
}

AccessPath addressOf(AccessPath P) {
  P.IsAddress = true;
  return P;
}

} // namespace

AccessPath AccessPath::pointee() const { return dereference(*this); }

std::string AccessPath::spelling() const {
  std::string Text;
  if (Kind == This)
    Text = "this";
  else if (!Root)
    Text = "a lock of its callers";
  else if (const auto *Named = dyn_cast_or_null<NamedDecl>(Root))
    Text = Named->getNameAsString() + (isa<FunctionDecl>(Named) ? "()" : "");
  if (const auto *Record = dyn_cast_or_null<RecordDecl>(Root); Record && Text.empty())
    if (const auto *Typedef = Record->getTypedefNameForAnonDecl())
      Text = Typedef->getNameAsString();
  const char *Separator = Kind == ModuleState || Kind == Object || Kind == This ? "->" : ".";
  for (const FieldDecl *Field : Fields) {
    if (!Field) {
      Separator = "->";
      continue;
    }
    if (Field->isAnonymousStructOrUnion())
      continue;
    Text += Separator + Field->getNameAsString();
    Separator = ".";
  }
  return Text;
}

bool isObjectStruct(const RecordDecl *R) {
  for (unsigned Steps = 0; R && Steps < 8; ++Steps) {
    R = R->getDefinition();
    if (!R)
      return false;
    llvm::StringRef Name = R->getName();
    if (const auto *Typedef = R->getTypedefNameForAnonDecl(); Typedef && Name.empty())
      Name = Typedef->getName();
    if (Name == "_object" || Name == "PyObject" || Name == "PyVarObject")
      return true;
    if (const auto *Class = dyn_cast<CXXRecordDecl>(R); Class && Class->getNumBases()) {
      R = Class->bases_begin()->getType()->getAsRecordDecl();
      continue;
    }
    if (R->field_empty())
      return false;
    R = R->field_begin()->getType()->getAsRecordDecl();
  }
  return false;
}

void PathResolver::enter(const FunctionDecl *F) const {
  if (!Entered.insert(F).second || !F->hasBody())
    return;
  SingleAssignments Found;
  Found.TraverseStmt(F->getBody());
  for (auto [Variable, Value] : Found.Values)
    if (!Found.Changing.contains(Variable))
      AssignedOnce[Variable] = Value;
}

std::optional<AccessPath> PathResolver::ofVariable(const VarDecl *V) const {
  AccessPath P;
  P.Root = V->getCanonicalDecl();
  if (V->getTLSKind() != VarDecl::TLS_None)
    P.Kind = AccessPath::ThreadLocal;
  else if (V->hasGlobalStorage())
    P.Kind = AccessPath::Static;
  else if (isa<ParmVarDecl>(V))
    P.Kind = AccessPath::Parameter;
  else if (auto Value = AssignedOnce.find(V); Value != AssignedOnce.end() && Depth < MaxDepth) {
    ++Depth;
    auto Resolved = resolve(Value->second);
    --Depth;
    if (Resolved && V->getType()->isReferenceType())
      return Resolved;
    if (Resolved && V->getType()->isPointerType())
      return Resolved;
  }
  return P;
}

std::optional<AccessPath> PathResolver::resolve(const Expr *E) const {
  bool Decays = false;
  for (const Expr *Inner = E; const auto *Cast = dyn_cast<CastExpr>(Inner->IgnoreParens());
       Inner = Cast->getSubExpr())
    Decays |= Cast->getCastKind() == CK_ArrayToPointerDecay;
  auto P = resolveBare(E->IgnoreParenCasts());
  return P && Decays ? addressOf(std::move(*P)) : P;
}

std::optional<AccessPath> PathResolver::resolveBare(const Expr *E) const {
  if (const auto *T = dyn_cast<MaterializeTemporaryExpr>(E))
    return resolve(T->getSubExpr());
  if (const auto *T = dyn_cast<ExprWithCleanups>(E))
    return resolve(T->getSubExpr());
  if (isa<CXXThisExpr>(E))
    return AccessPath{AccessPath::This, nullptr, {}, false};
  if (const auto *B = dyn_cast<BinaryOperator>(E); B && B->isCommaOp())
    return resolve(B->getRHS()); // after an assertion
  if (const auto *R = dyn_cast<DeclRefExpr>(E)) {
    const auto *V = dyn_cast<VarDecl>(R->getDecl());
    return V ? ofVariable(V) : std::nullopt;
  }
  if (const auto *M = dyn_cast<MemberExpr>(E))
    return ofMember(M);
  if (const auto *S = dyn_cast<ArraySubscriptExpr>(E))
    return pointeeOf(S->getBase());
  if (const auto *U = dyn_cast<UnaryOperator>(E)) {
    if (U->getOpcode() == UO_Deref)
      return pointeeOf(U->getSubExpr());
    auto Operand = U->getOpcode() == UO_AddrOf ? resolve(U->getSubExpr()) : std::nullopt;
    return Operand ? std::optional(addressOf(std::move(*Operand))) : std::nullopt;
  }
  if (const auto *B = dyn_cast<BinaryOperator>(E); B && B->isAdditiveOp() && B->getType()->isPointerType())
    return resolve(B->getLHS()->getType()->isPointerType() ? B->getLHS() : B->getRHS()); // another element
  if (const auto *O = dyn_cast<CXXOperatorCallExpr>(E); O && O->getNumArgs() > 0)
    if (O->getOperator() == OO_Arrow || O->getOperator() == OO_Star || O->getOperator() == OO_Subscript)
      return resolve(O->getArg(0));
  if (const auto *C = dyn_cast<CallExpr>(E))
    return ofResult(C);
  return std::nullopt;
}

std::optional<AccessPath> PathResolver::ofResult(const CallExpr *C) const {
  const FunctionDecl *Callee = C->getDirectCallee();
  const FunctionDecl *Definition = nullptr;
  if (!Callee || !Callee->hasBody(Definition) || Depth >= MaxDepth ||
      !Scope.contains(Definition->getLocation()))
    return std::nullopt;
  QualType T = Callee->getReturnType();
  const auto *Method = dyn_cast<CXXMethodDecl>(Callee);
  if ((!T->isPointerType() && !T->isReferenceType()) || (Method && Method->isVirtual()))
    return std::nullopt;
  ++Depth;
  auto Inside = returnedBy(Definition);
  auto Here = Inside ? atCall(*Inside, C) : std::nullopt;
  --Depth;
  if (!Here && isSingleton(*Definition))
    return AccessPath{AccessPath::Static, Callee->getCanonicalDecl(), {}, false};
  return Here;
}

/// What every return statement returns that returns something at all.
std::optional<AccessPath> PathResolver::returnedBy(const FunctionDecl *Definition) const {
  auto [Known, New] = Returned.try_emplace(Definition, std::nullopt); // recursion returns nothing known
  if (!New)
    return Known->second;
  enter(Definition);
  ReturnedValues All;
  All.TraverseStmt(Definition->getBody());
  std::optional<AccessPath> Common;
  for (const Expr *Value : All.Values) {
    if (Value->isNullPointerConstant(Definition->getASTContext(), Expr::NPC_ValueDependentIsNotNull))
      continue;
    auto P = resolve(Value);
    if (!P || P->Kind == AccessPath::Local || (Common && !(*Common == *P)))
      return std::nullopt;
    Common = std::move(P);
  }
  return Returned[Definition] = Common;
}

std::optional<AccessPath> PathResolver::pointeeOf(const Expr *Pointer) const {
  auto P = resolve(Pointer);
  return P ? std::optional(P->pointee()) : std::nullopt;
}

std::optional<AccessPath> PathResolver::ofMember(const MemberExpr *M) const {
  if (const auto *V = dyn_cast<VarDecl>(M->getMemberDecl()))
    return ofVariable(V);
  const auto *Field = dyn_cast<FieldDecl>(M->getMemberDecl());
  if (!Field)
    return std::nullopt;
  auto Base = M->isArrow() ? pointeeOf(M->getBase()) : resolve(M->getBase());
  bool NamesVariable = Base && (Base->Kind == AccessPath::Static || Base->Kind == AccessPath::ThreadLocal) &&
                       !llvm::is_contained(Base->Fields, nullptr);
  const auto *Record = cast<RecordDecl>(Field->getParent()->getCanonicalDecl());
  if (!NamesVariable && States.contains(Record))
    Base = AccessPath{AccessPath::ModuleState, Record, {}, false};
  if (!Base)
    return std::nullopt;
  Base->Fields.push_back(Field->getCanonicalDecl());
  return Base;
}

std::optional<AccessPath> PathResolver::atCall(const AccessPath &P, const Expr *Call) const {
  const Expr *Argument = nullptr;
  if (P.Kind == AccessPath::This && isa<CallExpr>(Call) && !argumentOf(Call, ThisArgument) &&
      !isa<CXXOperatorCallExpr>(Call))
    return P; // a lambda that std::call_once and its kin run: its `this` is the caller's
  if (P.Kind == AccessPath::This)
    Argument = argumentOf(Call, ThisArgument);
  else if (P.Kind == AccessPath::Parameter)
    Argument = argumentOf(Call, int(cast<ParmVarDecl>(P.Root)->getFunctionScopeIndex()));
  else
    return P;
  auto Actual = Argument ? resolve(Argument) : std::nullopt;
  if (!Actual)
    return std::nullopt;
  if (P.Kind == AccessPath::This && !Argument->getType()->isPointerType())
    Actual->IsAddress = true; // object.method(): `this` is the object's address
  for (const FieldDecl *Field : P.Fields)
    if (Field)
      Actual->Fields.push_back(Field);
    else
      *Actual = Actual->pointee();
  Actual->IsAddress |= P.IsAddress;
  return Actual;
}

std::optional<AccessPath> PathResolver::inCallee(const AccessPath &P, const FunctionDecl *Definition,
                                                 const Expr *Call) const {
  if (P.Kind == AccessPath::Static || P.Kind == AccessPath::ModuleState || P.Kind == AccessPath::ThreadLocal)
    return P;
  for (unsigned I = 0; I != Definition->getNumParams(); ++I) {
    const Expr *Argument = argumentOf(Call, int(I));
    auto Actual = Argument ? resolve(Argument) : std::nullopt;
    if (!Actual || Actual->Kind != P.Kind || Actual->Root != P.Root ||
        Actual->Fields.size() > P.Fields.size())
      continue;
    if (!std::equal(Actual->Fields.begin(), Actual->Fields.end(), P.Fields.begin()))
      continue;
    AccessPath Inside{AccessPath::Parameter, Definition->getParamDecl(I), {}, P.IsAddress};
    if (Actual->IsAddress)
      Inside.Fields.push_back(nullptr);
    Inside.Fields.insert(Inside.Fields.end(), P.Fields.begin() + Actual->Fields.size(), P.Fields.end());
    return Inside;
  }
  return std::nullopt;
}

AccessPath AccessPath::byType() const {
  auto Last = std::find(Fields.rbegin(), Fields.rend(), nullptr);
  const FieldDecl *Field = Last == Fields.rbegin() ? nullptr : *std::prev(Last);
  bool ThroughPointer = Last != Fields.rend() || Kind == This;
  if (Kind == Static || Kind == ModuleState || !Field || !ThroughPointer ||
      !isObjectStruct(Field->getParent()))
    return *this;
  return {Object, Field->getParent()->getCanonicalDecl(), {Last.base(), Fields.end()}, IsAddress};
}

} // namespace ungil
