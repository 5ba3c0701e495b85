#include "analysis/Atomics.h"

#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/UnitIndex.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

using Kind = AtomicOperation::Kind;

std::optional<MemoryOrder> orderOf(const Expr *E, const ASTContext &Context) {
  Expr::EvalResult Value;
  if (!E || E->isValueDependent())
    return std::nullopt;
  if (E->EvaluateAsInt(Value, Context) && Value.Val.getInt().getExtValue() >= 0 &&
      Value.Val.getInt().getExtValue() <= 5)
    return MemoryOrder(Value.Val.getInt().getExtValue());
  return std::nullopt;
}

/// The order that a failed compare-and-swap has when none is given.
std::optional<MemoryOrder> withoutRelease(std::optional<MemoryOrder> O) {
  if (O == MemoryOrder::AcqRel)
    return MemoryOrder::Acquire;
  return O == MemoryOrder::Release ? MemoryOrder::Relaxed : O;
}

std::optional<AtomicOperation> ofBuiltin(const AtomicExpr *E, const ASTContext &Context) {
  if (E->getOp() == AtomicExpr::AO__c11_atomic_init)
    return std::nullopt; // not an atomic access
  AtomicOperation Op;
  Op.Site = E;
  Op.Object = E->getPtr();
  Op.OrderArgument = E->getOrder();
  Op.Order = orderOf(Op.OrderArgument, Context);
  // Operations without a value, which are functions before LLVM 21.
  const llvm::StringMap<AtomicFunction> &Functions = Knowledge::get().Atomics.Functions;
  if (auto Known = Functions.find(E->getOpAsString()); Known != Functions.end()) {
    Op.What = Kind(Known->second.Kind);
    return Op;
  }
  if (E->isCmpXChg()) {
    Op.What = Kind::CompareExchange;
    Op.Failure = orderOf(E->getOrderFail(), Context);
    Op.Operand = E->getVal2();
    Op.Expected = E->getVal1();
    return Op;
  }
  switch (E->getOp()) {
  case AtomicExpr::AO__c11_atomic_load:
  case AtomicExpr::AO__atomic_load:
  case AtomicExpr::AO__atomic_load_n:
    Op.What = Kind::Load;
    return Op;
  case AtomicExpr::AO__c11_atomic_store:
  case AtomicExpr::AO__atomic_store:
  case AtomicExpr::AO__atomic_store_n:
    Op.What = Kind::Store;
    break;
  case AtomicExpr::AO__c11_atomic_exchange:
  case AtomicExpr::AO__atomic_exchange:
  case AtomicExpr::AO__atomic_exchange_n:
    Op.What = Kind::Exchange;
    break;
  case AtomicExpr::AO__c11_atomic_fetch_add:
  case AtomicExpr::AO__atomic_fetch_add:
  case AtomicExpr::AO__atomic_add_fetch:
    Op.What = Kind::Add;
    break;
  case AtomicExpr::AO__c11_atomic_fetch_sub:
  case AtomicExpr::AO__atomic_fetch_sub:
  case AtomicExpr::AO__atomic_sub_fetch:
    Op.What = Kind::Subtract;
    break;
  default:
    Op.What = Kind::Update;
  }
  Op.Operand = E->getVal1();
  return Op;
}

/// `_Py_atomic_load_int_relaxed`, `__sync_fetch_and_add_4`, `InterlockedIncrement64Acquire`: the prefix names
/// the family, then comes the operation, last the order.
std::optional<AtomicOperation> ofNamedFunction(const CallExpr *C, llvm::StringRef Name) {
  const AtomicKnowledge &K = Knowledge::get().Atomics;
  llvm::StringRef Rest;
  for (const std::string &Prefix : K.Prefixes)
    if (Name.starts_with(Prefix) && C->getNumArgs() > 0)
      Rest = Name.drop_front(Prefix.size());
  llvm::StringRef Longest;
  for (const auto &Operation : K.Operations)
    if (Rest.starts_with(Operation.getKey()) && Operation.getKey().size() > Longest.size())
      Longest = Operation.getKey();
  if (Longest.empty())
    return std::nullopt;
  AtomicOperation Op;
  Op.What = Kind(K.Operations.lookup(Longest));
  Op.Site = C;
  Op.Object = C->getArg(0);
  if (Op.What != Kind::Load && C->getNumArgs() > 1)
    Op.Operand = C->getArg(Op.What == Kind::CompareExchange && C->getNumArgs() > 2 ? 2 : 1);
  if (Op.What == Kind::CompareExchange && C->getNumArgs() > 2)
    Op.Expected = C->getArg(1);
  for (const auto &Suffix : K.Suffixes)
    if (Rest.ends_with(Suffix.getKey()))
      Op.Order = MemoryOrder(Suffix.getValue());
  for (const auto &Fixed : K.FixedOrders)
    if (Name.starts_with(Fixed.getKey()))
      Op.Order = MemoryOrder(Fixed.getValue());
  if (Op.What == Kind::CompareExchange)
    Op.Failure = withoutRelease(Op.Order);
  return Op;
}

/// An operation of which a table says which argument is what.
std::optional<AtomicOperation> ofTable(const CallExpr *C, const AtomicFunction &F, const Expr *Object,
                                       const ASTContext &Context) {
  auto Given = [&](std::optional<ArgumentIndex> Index) -> const Expr * {
    const Expr *Argument = Index ? argumentOf(C, *Index) : nullptr;
    return Argument && !isa<CXXDefaultArgExpr>(Argument) ? Argument : nullptr;
  };
  AtomicOperation Op;
  Op.Site = C;
  Op.Object = Object;
  Op.What = Kind(F.Kind);
  Op.Operand = Given(F.Operand);
  Op.OrderArgument = Given(F.Order);
  if (Op.OrderArgument)
    Op.Order = orderOf(Op.OrderArgument, Context);
  if (Op.What != Kind::CompareExchange)
    return Op;
  Op.Expected = Given(*F.Operand - 1);
  // The overload with one order takes it in the same place; its last parameter is defaulted.
  const Expr *Failure = Given(F.Failure);
  Op.Failure = Failure ? orderOf(Failure, Context) : withoutRelease(Op.Order);
  return Op;
}

std::optional<AtomicOperation> ofMethod(const CXXMemberCallExpr *C, const ASTContext &Context) {
  const CXXMethodDecl *Method = C->getMethodDecl();
  const AtomicKnowledge &K = Knowledge::get().Atomics;
  if (!Method || !K.Types.contains(qualifiedName(*Method->getParent())))
    return std::nullopt;
  if (isa<CXXConversionDecl>(Method)) {
    AtomicOperation Op;
    Op.Site = C;
    Op.Object = C->getImplicitObjectArgument();
    return Op;
  }
  auto Known = Method->getIdentifier() ? K.Methods.find(Method->getName()) : K.Methods.end();
  if (Known == K.Methods.end())
    return std::nullopt;
  return ofTable(C, Known->second, C->getImplicitObjectArgument(), Context);
}

/// `std::atomic_load_explicit(&x, order)` and its kin.
std::optional<AtomicOperation> ofFunction(const CallExpr *C, const FunctionDecl &F,
                                          const ASTContext &Context) {
  if (!F.getName().contains("atomic_") || C->getNumArgs() == 0)
    return std::nullopt;
  const auto &Functions = Knowledge::get().Atomics.Functions;
  auto Known = Functions.find(qualifiedName(F));
  return Known == Functions.end() ? std::nullopt : ofTable(C, Known->second, C->getArg(0), Context);
}

std::optional<AtomicOperation> ofOperator(const CXXOperatorCallExpr *C) {
  const auto *Method = dyn_cast_or_null<CXXMethodDecl>(C->getDirectCallee());
  if (!Method || !Knowledge::get().Atomics.Types.contains(qualifiedName(*Method->getParent())))
    return std::nullopt;
  AtomicOperation Op;
  Op.Site = C;
  Op.Object = C->getArg(0);
  Op.Operand = C->getNumArgs() > 1 ? C->getArg(1) : nullptr;
  switch (C->getOperator()) {
  case OO_Equal:
    Op.What = Kind::Store;
    return Op;
  case OO_PlusPlus:
  case OO_PlusEqual:
    Op.What = Kind::Add;
    return Op;
  case OO_MinusMinus:
  case OO_MinusEqual:
    Op.What = Kind::Subtract;
    return Op;
  default:
    Op.What = Kind::Update;
    return Op;
  }
}

/// Operators on an _Atomic lvalue.
std::optional<AtomicOperation> ofQualifiedObject(const Expr *E) {
  AtomicOperation Op;
  Op.Site = E;
  if (const auto *Cast = dyn_cast<CastExpr>(E); Cast && Cast->getCastKind() == CK_LValueToRValue) {
    Op.Object = Cast->getSubExpr();
  } else if (const auto *B = dyn_cast<BinaryOperator>(E); B && B->isAssignmentOp()) {
    Op.Object = B->getLHS();
    Op.Operand = B->getRHS();
    Op.What = B->getOpcode() == BO_Assign      ? Kind::Store
              : B->getOpcode() == BO_AddAssign ? Kind::Add
              : B->getOpcode() == BO_SubAssign ? Kind::Subtract
                                               : Kind::Update;
  } else if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->isIncrementDecrementOp()) {
    Op.Object = U->getSubExpr();
    Op.What = U->isIncrementOp() ? Kind::Add : Kind::Subtract;
  }
  if (!Op.Object || !Op.Object->getType()->isAtomicType())
    return std::nullopt;
  return Op;
}

} // namespace

std::optional<AtomicOperation> atomicOperation(const Expr *E, const ASTContext &Context) {
  if (const auto *Builtin = dyn_cast<AtomicExpr>(E))
    return ofBuiltin(Builtin, Context);
  if (const auto *M = dyn_cast<CXXMemberCallExpr>(E))
    return ofMethod(M, Context);
  if (const auto *O = dyn_cast<CXXOperatorCallExpr>(E))
    return ofOperator(O);
  if (const auto *C = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *F = C->getDirectCallee();
    if (!F || !F->getIdentifier())
      return std::nullopt;
    auto Op = ofFunction(C, *F, Context);
    return Op ? Op : ofNamedFunction(C, F->getName());
  }
  return ofQualifiedObject(E);
}

bool isAtomicType(QualType T) {
  return T->isAtomicType() || (T->isRecordType() && Knowledge::get().Atomics.Types.contains(typeName(T)));
}

bool isFence(const Expr *E) {
  if (const auto *A = dyn_cast<AtomicExpr>(E))
    return A->getNumSubExprs() == 1;
  const FunctionDecl *F = calleeOf(E);
  return F && Knowledge::get().Atomics.Fences.contains(qualifiedName(*F));
}

} // namespace ungil
