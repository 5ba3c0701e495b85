#include "analysis/Ownership.h"

#include "analysis/AccessPath.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/TypeDiscovery.h"
#include "compat/Clang.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

constexpr unsigned MaxDepth = 4; // of values that are followed through variables and calls

const CollectorKnowledge &collector() { return Knowledge::get().Collector; }

/// A variable, position -1, or an element of an array of arguments: args[2].
std::optional<std::pair<const VarDecl *, int>> elementNamedBy(const Expr *E, const ASTContext &Context) {
  const auto *Element = dyn_cast<ArraySubscriptExpr>(E->IgnoreParenCasts());
  Expr::EvalResult Position;
  const VarDecl *V = variableNamedBy(Element ? Element->getBase() : E);
  if (!V || (Element && !Element->getIdx()->EvaluateAsInt(Position, Context)))
    return std::nullopt;
  return std::pair(V, Element ? int(Position.Val.getInt().getExtValue()) : -1);
}

/// A parameter that only other units give a value to.
bool isFromElsewhere(const Expr *E, const UnitIndex &Index) {
  const auto *P = dyn_cast_or_null<ParmVarDecl>(variableNamedBy(E));
  const Function *F = P ? Index.find(dyn_cast<FunctionDecl>(P->getDeclContext())) : nullptr;
  return F && F->Callers.empty() && !F->InTable && F->AddressTaken.empty() && F->Decl->isExternallyVisible();
}

} // namespace

Ownership::Ownership(const References &Refs, const Contexts &Reach, const TypeGraph &Graph)
    : Refs(Refs), Reach(Reach), Graph(Graph), Index(Refs.index()), Arguments(Refs, Reach) {
  indexTests();
  indexMembers();
  indexHidden();
}

void Ownership::indexTests() {
  const CollectorKnowledge &K = collector();
  for (const Call &C : Index.externalCalls()) {
    llvm::StringRef Name = calleeName(C.Site);
    const Expr *Subject = argumentOf(C.Site, 0);
    if (K.FeatureTests.contains(Name)) {
      Expr::EvalResult Flag;
      const Expr *Feature = argumentOf(C.Site, 1);
      const auto *TypeOf = Subject ? dyn_cast<CallExpr>(Subject->IgnoreParenCasts()) : nullptr;
      if (!TypeOf || TypeOf->getNumArgs() != 1 || !Feature ||
          !Feature->EvaluateAsInt(Flag, Index.context()) ||
          !llvm::is_contained(K.LeafFeatures, Flag.Val.getInt().getZExtValue()))
        continue;
      Subject = TypeOf->getArg(0);
    } else if (K.TypeTests.contains(Name)) {
      const Expr *Type = argumentOf(C.Site, 1);
      const VarDecl *V = Type ? variableNamedBy(Type) : nullptr;
      if (!V || !K.LeafTypeObjects.contains(V->getName()))
        continue;
    } else if (!K.LeafTests.contains(Name)) {
      continue;
    }
    if (auto Tested = Subject ? elementNamedBy(Subject, Index.context()) : std::nullopt)
      TestedLeaves.insert(*Tested);
  }
}

/// Object members that are not read-only: the interpreter stores in them whatever Python code assigns.
void Ownership::indexMembers() {
  const auto &Kinds = collector().ObjectMemberKinds;
  for (const VarDecl *V : Index.initialised()) {
    if (typeName(Index.context().getBaseElementType(V->getType())) != "PyMemberDef")
      continue;
    for (const Expr *Element : elementsOf(V->getInit())) {
      llvm::ArrayRef<Expr *> Fields = elementsOf(Element);
      Expr::EvalResult Kind, Flags;
      if (Fields.size() < 3 || !Fields[1]->EvaluateAsInt(Kind, Index.context()) ||
          !llvm::is_contained(Kinds, Kind.Val.getInt().getZExtValue()))
        continue;
      bool ReadOnly = Fields.size() > 3 && Fields[3]->EvaluateAsInt(Flags, Index.context()) &&
                      Flags.Val.getInt().getZExtValue() & 1;
      if (const FieldDecl *Field = fieldOfOffset(Fields[2]); Field && !ReadOnly)
        WritableMembers[Field->getCanonicalDecl()] = Fields[2];
    }
  }
}

/// Fields whose objects the project takes out of the collector's sight itself, as for a private dict of
/// borrowed values.
void Ownership::indexHidden() {
  for (const Call &C : Index.externalCalls())
    if (const Expr *Object =
            collector().Untrack.contains(calleeName(C.Site)) ? argumentOf(C.Site, 0) : nullptr)
      for (const Origin &O : Refs.originsOf(Object))
        if (const auto *Field = O.What == Origin::Field ? cast<FieldDecl>(O.Decl) : nullptr)
          LeafFields.try_emplace(Field, true);
}

std::vector<Edge> Ownership::edges(const RecordDecl *Struct, const RecordDecl *SkippedBase, const TypeInfo *T,
                                   llvm::ArrayRef<const Function *> Releasers) {
  std::vector<Edge> Found;
  SatelliteFields.clear();
  if (Struct)
    gather(Struct, SkippedBase, false, Found);
  for (Edge &E : Found) {
    judge(E, SatelliteFields.contains(E.Field), T, Releasers);
    if (T)
      showOffset(E, *T);
    if (E.Kind == Edge::Owned && holdsOnlyLeaves(E.Field))
      E.Kind = Edge::Leaf;
    E.ChangesLater = changesLater(E.Field);
    E.FromPython = fromPython(E.Field);
  }
  return Found;
}

void Ownership::gather(const RecordDecl *Record, const RecordDecl *SkippedBase, bool Satellite,
                       std::vector<Edge> &Found) {
  Record = Record->getDefinition();
  if (!Record || !Gathering.insert(Record).second)
    return;
  if (const auto *Class = dyn_cast<CXXRecordDecl>(Record))
    for (const CXXBaseSpecifier &B : Class->bases())
      if (const RecordDecl *Base = B.getType()->getAsRecordDecl(); Base && Base != SkippedBase)
        gather(Base, SkippedBase, Satellite, Found);
  for (const FieldDecl *Field : Record->fields())
    if (Index.scope().contains(Field->getLocation()))
      gatherMember(Field, Field->getType(), SkippedBase, Satellite, Found);
  Gathering.erase(Record);
}

void Ownership::gatherMember(const FieldDecl *Field, QualType T, const RecordDecl *SkippedBase,
                             bool Satellite, std::vector<Edge> &Found) {
  while (const auto *Array = T->getAsArrayTypeUnsafe())
    T = Array->getElementType();
  if (const auto *Atomic = T->getAs<AtomicType>())
    T = Atomic->getValueType();
  QualType Target = T->getPointeeType();
  while (!Target.isNull() && Target->isPointerType()) {
    T = Target;
    Target = T->getPointeeType();
  }
  if (isReference(T)) {
    bool Present = llvm::any_of(Found, [&](const Edge &E) { return E.Field == Field->getCanonicalDecl(); });
    if (!Present)
      Found.emplace_back().Field = Field->getCanonicalDecl();
    if (Satellite)
      SatelliteFields.insert(Field->getCanonicalDecl());
    return;
  }
  const RecordDecl *Record = (Target.isNull() ? T : Target)->getAsRecordDecl();
  if (!Record || Record == SkippedBase)
    return;
  if (Index.scope().contains(Record->getLocation()) && Gathering.size() < MaxDepth)
    return gather(Record, SkippedBase, Satellite || !Target.isNull(), Found);
  if (const auto *Special = dyn_cast<ClassTemplateSpecializationDecl>(Record))
    for (const TemplateArgument &A : Special->getTemplateArgs().asArray())
      if (A.getKind() == TemplateArgument::Type)
        gatherMember(Field, A.getAsType(), SkippedBase, Satellite, Found);
}

void Ownership::show(Edge &E, const Expr *At, std::string By) const {
  E.Kind = Edge::Owned;
  if (E.ShownBy.empty()) {
    E.ShownAt = At->getSourceRange();
    E.ShownBy = std::move(By);
  }
}

void Ownership::judge(Edge &E, bool Satellite, const TypeInfo *T,
                      llvm::ArrayRef<const Function *> Releasers) {
  if (showRelease(E, Releasers) || Satellite)
    return;
  if (const Expr *Member = WritableMembers.lookup(E.Field))
    show(E, Member, "Python code can store any object in it through this member");
  showStore(E, /*NeedsRelease=*/T);
}

bool Ownership::showRelease(Edge &E, llvm::ArrayRef<const Function *> Releasers) const {
  for (const Function *F : Releasers)
    if (const ReferenceOp *Op = Refs.of(F).find(ReferenceOp::Release, E.Field)) {
      show(E, Op->At, "'" + displayName(*Op->In->Decl) + "' releases it here");
      E.ReleasedByType = true;
      return true;
    }
  return false;
}

/// A field that is released somewhere and gets new references owns them, even when the teardown is not seen.
/// Module state is often released by nobody.
void Ownership::showStore(Edge &E, bool NeedsRelease) const {
  const ReferenceOp *Stored = nullptr;
  bool Released = false;
  for (const ReferenceOp &Op : Refs.on(E.Field)) {
    Released |= Op.What == ReferenceOp::Release;
    if (!Stored && Op.What == ReferenceOp::Store && isNewReference(Op))
      Stored = &Op;
  }
  if (Stored && (Released || !NeedsRelease))
    show(E, Stored->At, "'" + displayName(*Stored->In->Decl) + "' stores a new reference in it here");
}

void Ownership::showOffset(Edge &E, const TypeInfo &T) const {
  const Expr *Offset = T.Given.lookup("tp_dictoffset");
  const FieldDecl *Field = Offset ? fieldOfOffset(Offset) : nullptr;
  if (Field && Field->getCanonicalDecl() == E.Field)
    show(E, Offset, "it holds the instance's __dict__");
}

/// The value is the result of a call that gives its caller a reference.
bool Ownership::isNewReference(const ReferenceOp &Store) const {
  const Expr *Value = Store.Value->IgnoreParenCasts();
  const auto *C = dyn_cast<CallExpr>(Value);
  if (!C || C == Store.At)
    return false;
  llvm::StringRef Name = calleeName(C);
  return collector().NewReferences.contains(Name) ||
         (collector().PythonApi.contains(Name) && !collector().BorrowedResults.contains(Name) &&
          !collector().TypeOf.contains(Name));
}

bool Ownership::fromPython(const FieldDecl *Field) const {
  if (WritableMembers.contains(Field))
    return true;
  bool Stored = false;
  for (const ReferenceOp &Op : Refs.on(Field)) {
    if (Op.What != ReferenceOp::Store)
      continue;
    Stored = true;
    if (Op.Value == Op.At || Arguments.carries(Op.Value))
      return true;
  }
  return !Stored;
}

bool Ownership::changesLater(const FieldDecl *Field) const {
  if (WritableMembers.contains(Field))
    return true;
  ContextSet Later{Context::Concurrent, Context::Reinit};
  for (const ReferenceOp &Op : Refs.on(Field)) {
    if (Op.What != ReferenceOp::Store || !Reach.of(Op.In).intersects(Later))
      continue;
    const auto *Assignment = dyn_cast<BinaryOperator>(Op.At);
    const Expr *Target = Assignment ? Assignment->getLHS()->IgnoreParenCasts() : nullptr;
    while (const auto *Element = dyn_cast_or_null<ArraySubscriptExpr>(Target))
      Target = Element->getBase()->IgnoreParenCasts();
    const auto *Member = dyn_cast_or_null<MemberExpr>(Target);
    if (!Member || !isFresh(Member->getBase()))
      return true;
  }
  return false;
}

bool Ownership::isFresh(const Expr *Pointer, unsigned Depth) const {
  const VarDecl *V = variableNamedBy(Pointer);
  if (const auto *M = dyn_cast<MemberExpr>(Pointer->IgnoreParenCasts()))
    return isFresh(M->getBase(), Depth);
  if (!V || Depth > MaxDepth)
    return false;
  const auto *P = dyn_cast<ParmVarDecl>(V);
  const Function *Helper = P ? Index.find(dyn_cast<FunctionDecl>(P->getDeclContext())) : nullptr;
  if (Helper && !Helper->Callers.empty() && !Helper->InTable &&
      llvm::all_of(Helper->Callers, [&](const Call *C) {
        const Expr *Argument = argumentOf(C->Site, int(P->getFunctionScopeIndex()));
        return Argument && isFresh(Argument, Depth + 1);
      }))
    return true;
  for (const Expr *Value : Refs.valuesOf(V)) {
    const auto *C = dyn_cast<CallExpr>(Value->IgnoreParenCasts());
    if (!C) {
      if (variableNamedBy(Value) && isFresh(Value, Depth + 1))
        return true;
      continue;
    }
    const auto *Slot = dyn_cast<MemberExpr>(C->getCallee()->IgnoreParenCasts());
    llvm::StringRef Name = Slot ? Slot->getMemberDecl()->getName() : calleeName(C);
    if (Knowledge::get().Allocators.contains(Name))
      return true;
    if (const Function *F = Index.find(calleeOf(C)))
      for (const Expr *Returned : Refs.returnsOf(F))
        if (isFresh(Returned, Depth + 1))
          return true;
  }
  return false;
}

bool Ownership::holdsOnlyLeaves(const FieldDecl *Field) {
  auto [Known, New] = LeafFields.try_emplace(Field, true); // a field that is copied to itself adds nothing
  if (!New)
    return Known->second;
  bool Leaf = isLeafStruct(Field->getType()) || (!WritableMembers.contains(Field) && storesOnlyLeaves(Field));
  return LeafFields[Field] = Leaf;
}

/// What other units store is taken to be of the kind that is stored here, if that is more than None.
bool Ownership::storesOnlyLeaves(const FieldDecl *Field) {
  bool Stored = false, OfSomeKind = false, Elsewhere = false;
  for (const ReferenceOp &Op : Refs.on(Field)) {
    if (Op.What != ReferenceOp::Store)
      continue;
    if (isFromElsewhere(Op.Value, Index)) {
      Elsewhere = true;
      continue;
    }
    bool ByAddress = Op.Value == Op.At;
    if (ByAddress ? !collector().LeafFillers.contains(calleeName(Op.At)) : !isLeafValue(Op.Value, Op.In))
      return false;
    Stored = true;
    OfSomeKind |= !isa<UnaryOperator>(Op.Value->IgnoreParenCasts());
  }
  return Elsewhere ? OfSomeKind : Stored;
}

bool Ownership::isLeafStruct(QualType T) {
  while (T->isPointerType() || T->isArrayType())
    T = T->isPointerType() ? T->getPointeeType() : QualType(T->getPointeeOrArrayElementType(), 0);
  if (collector().LeafStructs.contains(typeName(T)))
    return true;
  const RecordDecl *Record = T->getAsRecordDecl();
  const TypeInfo *Type = Record ? Graph.typeOfStruct(Record) : nullptr;
  if (!Type)
    return Record && isLeafRecord(Record);
  auto [Known, New] = LeafTypes.try_emplace(Type, true); // objects that refer to their own kind only
  if (!New)
    return Known->second;
  bool Leaf = Graph.isCollected(*Type) == Answer::No && Type->Base.What == BaseType::Object;
  if (Leaf) {
    std::vector<const Function *> Releasers;
    for (const char *Name : {"tp_clear", "tp_dealloc"})
      if (const Function *F = Type->slot(Name).Body)
        Releasers.push_back(F);
    llvm::DenseSet<const FieldDecl *> Satellites = SatelliteFields;
    llvm::DenseSet<const RecordDecl *> Records;
    std::swap(Records, Gathering);
    for (const Edge &E : edges(Type->Struct, nullptr, Type, Releasers))
      Leaf = Leaf && E.Kind != Edge::Owned;
    std::swap(Records, Gathering);
    SatelliteFields = std::move(Satellites);
  }
  return LeafTypes[Type] = Leaf;
}

/// A struct of the project whose type object is not in this unit: its fields lead to nothing.
bool Ownership::isLeafRecord(const RecordDecl *Record) {
  Record = Record->getDefinition();
  if (!Record || !isObjectStruct(Record) || !Index.scope().contains(Record->getLocation()))
    return false;
  auto [Known, New] = LeafRecords.try_emplace(Record, true);
  if (!New)
    return Known->second;
  std::vector<Edge> Fields;
  llvm::DenseSet<const FieldDecl *> Satellites = SatelliteFields;
  llvm::DenseSet<const RecordDecl *> Records;
  std::swap(Records, Gathering);
  gather(Record, nullptr, false, Fields);
  std::swap(Records, Gathering);
  SatelliteFields = std::move(Satellites);
  bool Leaf = llvm::all_of(Fields, [&](const Edge &E) { return isLeafStruct(E.Field->getType()); });
  return LeafRecords[Record] = Leaf;
}

bool Ownership::isLeafType(const Expr *TypeObject) {
  const VarDecl *V = variableNamedBy(TypeObject);
  if (V && collector().LeafTypeObjects.contains(V->getName()))
    return true;
  BaseType Named = Graph.typeNamedBy(TypeObject);
  return Named.What == BaseType::InUnit && Named.Type->Struct &&
         isLeafStruct(Index.context().getPointerType(recordType(Index.context(), Named.Type->Struct)));
}

bool Ownership::isLeafValue(const Expr *Value, const Function *In, unsigned Depth) {
  for (const Expr *Inner = Value;; Inner = cast<CastExpr>(Inner)->getSubExpr()) {
    Inner = Inner->IgnoreParens();
    if (isReference(Inner->getType()) && isLeafStruct(Inner->getType()))
      return true;
    if (!isa<CastExpr>(Inner))
      break;
  }
  Value = Value->IgnoreParenCasts();
  if (Depth > MaxDepth)
    return false;
  if (isNullConstant(Value, Index.context()))
    return true;
  if (const auto *U = dyn_cast<UnaryOperator>(Value))
    return U->getOpcode() == UO_AddrOf; // a static object, such as None
  if (const auto *C = dyn_cast<AbstractConditionalOperator>(Value))
    return isLeafValue(C->getTrueExpr(), In, Depth) && isLeafValue(C->getFalseExpr(), In, Depth);
  if (const auto *B = dyn_cast<BinaryOperator>(Value); B && B->getOpcode() == BO_Assign)
    return isLeafValue(B->getRHS(), In, Depth);
  if (const auto *M = dyn_cast<MemberExpr>(Value)) {
    const auto *Field = dyn_cast<FieldDecl>(M->getMemberDecl());
    return Field && (Index.scope().contains(Field->getLocation())
                         ? holdsOnlyLeaves(Field->getCanonicalDecl())
                         : collector().LeafResults.contains(Field->getName())); // of the interpreter
  }
  if (const auto *C = dyn_cast<CallExpr>(Value))
    return isLeafCall(C, In, Depth);
  if (auto Element = elementNamedBy(Value, Index.context()); Element && TestedLeaves.contains(*Element))
    return true;
  const VarDecl *V = variableNamedBy(Value);
  return V && isLeafVariable(V, In, Depth);
}

bool Ownership::isLeafVariable(const VarDecl *V, const Function *In, unsigned Depth) {
  if (TestedLeaves.contains({V, -1}))
    return true;
  if (const ArgumentFlow::Parsed *P = Arguments.parsed(V)) {
    bool Leaf = P->Unit == 'U' || P->Unit == 'S' || P->Unit == 'Y' ||
                (P->Unit == '!' && isLeafType(P->Type)) ||
                (P->Unit == '&' && collector().LeafConverters.contains(
                                       functionNamedBy(P->Type) ? functionNamedBy(P->Type)->getName() : ""));
    if (!Leaf)
      return false;
  } else if (Refs.valuesOf(V).empty() && !isa<ParmVarDecl>(V)) {
    return false;
  }
  for (const Expr *Assigned : Refs.valuesOf(V))
    if (!isLeafValue(Assigned, In, Depth + 1))
      return false;
  const auto *P = dyn_cast<ParmVarDecl>(V);
  const Function *F = P ? Index.find(dyn_cast<FunctionDecl>(P->getDeclContext())) : nullptr;
  if (!P)
    return true;
  if (!F || F->InTable || !F->AddressTaken.empty())
    return false;
  bool Seen = false; // what other units pass is taken to be of the same kind
  for (const Call *C : F->Callers) {
    const Expr *Argument = argumentOf(C->Site, int(P->getFunctionScopeIndex()));
    if (!Argument || (!isFromElsewhere(Argument, Index) && !isLeafValue(Argument, C->In, Depth + 1)))
      return false;
    Seen |= !isFromElsewhere(Argument, Index);
  }
  return Seen;
}

bool Ownership::isLeafCall(const CallExpr *C, const Function *In, unsigned Depth) {
  const CollectorKnowledge &K = collector();
  llvm::StringRef Name = calleeName(C);
  if (K.LeafResults.contains(Name))
    return true;
  if ((K.NewReferences.contains(Name) || K.PassThrough.contains(Name)) && C->getNumArgs() > 0)
    return isLeafValue(C->getArg(0), In, Depth);
  if (K.LeafOperators.contains(Name))
    return llvm::all_of(C->arguments(), [&](const Expr *Operand) {
      return !isReference(Operand->getType()) || isLeafValue(Operand, In, Depth + 1);
    });
  if (auto Wrapper = K.LeafWrappers.find(Name); Wrapper != K.LeafWrappers.end())
    return llvm::all_of(Wrapper->second, [&](int Position) {
      const Expr *Held = argumentOf(C, Position);
      return !Held || isLeafValue(Held, In, Depth + 1);
    });
  if ((K.AllocatePlain.contains(Name) || K.AllocateCollected.contains(Name)) && C->getNumArgs() > 0)
    return isLeafType(C->getArg(0));
  const Function *F = Index.find(calleeOf(C));
  if (!F || Refs.returnsOf(F).empty())
    return false;
  for (const Expr *Returned : Refs.returnsOf(F)) {
    const VarDecl *V = variableNamedBy(Returned);
    const auto *P = dyn_cast_or_null<ParmVarDecl>(V);
    const Expr *Argument = P ? argumentOf(C, int(P->getFunctionScopeIndex())) : nullptr;
    if (!isLeafValue(Argument ? Argument : Returned, Argument ? In : F, Depth + 1))
      return false;
  }
  return true;
}

} // namespace ungil
