#include "analysis/Makers.h"

#include "analysis/AccessPath.h"
#include "analysis/BindingKnowledge.h"
#include "analysis/Knowledge.h"
#include "analysis/TypeDiscovery.h"

namespace ungil {

using namespace clang;

bool MakerReader::isRaw(const Expr *E) {
  const CollectorKnowledge &K = Knowledge::get().Collector;
  llvm::StringRef Name = calleeName(E->IgnoreParenCasts());
  return K.AllocateCollected.contains(Name) || K.AllocatePlain.contains(Name);
}

bool MakerReader::isZeroed(const Expr *E) {
  const auto *C = dyn_cast<CallExpr>(E->IgnoreParenCasts());
  const auto *Slot = C ? dyn_cast<MemberExpr>(C->getCallee()->IgnoreParenCasts()) : nullptr;
  return C && BindingKnowledge::get().AllocateTracked.contains(Slot ? Slot->getMemberDecl()->getName()
                                                                    : calleeName(C));
}

const VarDecl *MakerReader::rootOf(const Expr *E) const {
  const auto *Sum = dyn_cast<BinaryOperator>(E->IgnoreParenCasts());
  if (Sum && Sum->isAdditiveOp())
    E = Sum->getLHS();
  const VarDecl *V = variableNamedBy(E);
  for (unsigned Steps = 0; V && Steps < 3 && Refs.valuesOf(V).size() == 1; ++Steps) {
    const VarDecl *Source = variableNamedBy(Refs.valuesOf(V).front());
    if (!Source || Source->hasGlobalStorage())
      break;
    V = Source;
  }
  return V;
}

Target MakerReader::targetOf(const Expr *E) const {
  Target Found;
  bool Elements = false;
  for (E = E->IgnoreParenCasts();;) {
    if (const auto *S = dyn_cast<ArraySubscriptExpr>(E)) {
      Found.Fields.clear();
      Elements = true;
      E = S->getBase()->IgnoreParenCasts();
      continue;
    }
    const auto *M = dyn_cast<MemberExpr>(E);
    const FieldDecl *Field = M ? fieldNamedBy(M) : nullptr;
    if (!Field)
      return {};
    Found.Fields.push_back({Field, Elements});
    Elements = false;
    E = M->getBase()->IgnoreParenCasts();
    const auto *Deref = dyn_cast<UnaryOperator>(E);
    bool Hops = M->isArrow();
    if (Deref && Deref->getOpcode() == UO_Deref) {
      E = Deref->getSubExpr()->IgnoreParenCasts();
      Hops = true;
    }
    if (!Hops)
      continue;
    if ((Found.Object = variableNamedBy(E) ? rootOf(E) : nullptr))
      return Found;
    Found.Fields.clear(); // fields of what the object points to
  }
}

bool MakerReader::VisitVarDecl(VarDecl *V) {
  if (V->getInit())
    value(V, V->getInit());
  return true;
}

bool MakerReader::VisitBinaryOperator(BinaryOperator *B) {
  if (!B->isAssignmentOp())
    return true;
  if (const VarDecl *V = variableNamedBy(B->getLHS()))
    value(V, B->getRHS());
  Target T = targetOf(B->getLHS());
  for (auto [Field, Elements] : T.Fields)
    if (T.Object)
      Stores.push_back({T.Object, Field, Elements, B, B->getRHS()});
  return true;
}

bool MakerReader::VisitMemberExpr(MemberExpr *M) {
  const VarDecl *V = M->isArrow() ? rootOf(M->getBase()) : nullptr;
  const auto *Record = dyn_cast<RecordDecl>(M->getMemberDecl()->getDeclContext());
  if (V && Record && isObjectStruct(Record) && isOwnStruct(Record))
    Structs.try_emplace(V, Record);
  return true;
}

void MakerReader::finish() {
  for (auto &[V, Struct] : Objects)
    if (!Struct)
      Struct = Structs.lookup(V);
}

void MakerReader::value(const VarDecl *V, const Expr *Value) {
  if (V->hasGlobalStorage() || (!isRaw(Value) && !isZeroed(Value)))
    return;
  const RecordDecl *Struct =
      V->getType()->isPointerType() ? V->getType()->getPointeeType()->getAsRecordDecl() : nullptr;
  Objects.try_emplace(V, Struct && isOwnStruct(Struct) ? Struct->getDefinition() : nullptr);
}

} // namespace ungil
