#include "analysis/TypeGraph.h"

#include "analysis/AccessPath.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Ownership.h"
#include "analysis/TypeDiscovery.h"

#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

bool TypeInfo::has(llvm::StringRef Flag) const {
  return Flags && *Flags & Knowledge::get().Collector.Flags.find(Flag)->second;
}

namespace {

/// Whether the object's struct begins with the struct of another type's objects.
bool beginsWithAnother(const RecordDecl *Struct) {
  const RecordDecl *First = nullptr;
  const auto *Class = dyn_cast<CXXRecordDecl>(Struct);
  if (Class && Class->getNumBases() > 0)
    First = Class->bases_begin()->getType()->getAsRecordDecl();
  else if (!Struct->field_empty())
    First = Struct->field_begin()->getType()->getAsRecordDecl();
  return First && isObjectStruct(First) && isOwnStruct(First);
}

/// What a new tuple in a local variable is filled with: PyTuple_SET_ITEM(bases, 0, base).
std::vector<const Expr *> itemsOf(const VarDecl *Tuple, const UnitIndex &Index) {
  std::vector<const Expr *> Items;
  const auto &Retained = Knowledge::get().Retained;
  for (const Call &C : Index.externalCalls()) {
    const auto Keeps = Retained.find(calleeName(C.Site));
    const Expr *Into = Keeps == Retained.end() ? nullptr : argumentOf(C.Site, 0);
    if (!Into || variableNamedBy(Into) != Tuple)
      continue;
    for (int Position : Keeps->second)
      if (const Expr *Item = argumentOf(C.Site, Position); Item && Position > 0)
        Items.push_back(Item);
  }
  return Items;
}

/// add_type(module, &state->Node, &node_spec): a helper that gets both makes the type and stores it in the
/// field.
const VarDecl *specStoredBy(const ReferenceOp &Op, const FieldDecl *Field) {
  const auto *Made =
      Op.What == ReferenceOp::Store ? dyn_cast<CallExpr>(Op.Value->IgnoreParenCasts()) : nullptr;
  if (!Made)
    return nullptr;
  for (const Expr *Given : Made->arguments()) {
    const auto *P = dyn_cast_or_null<ParmVarDecl>(variableNamedBy(Given));
    for (const Call *C : P ? Op.In->Callers : std::vector<Call *>()) {
      const auto *Site = dyn_cast<CallExpr>(C->Site);
      const Expr *Spec = argumentOf(C->Site, int(P->getFunctionScopeIndex()));
      bool Targets = Site && llvm::any_of(Site->arguments(), [&](const Expr *A) {
                       const auto *U = dyn_cast<UnaryOperator>(A->IgnoreParenCasts());
                       const auto *M =
                           U ? dyn_cast<MemberExpr>(U->getSubExpr()->IgnoreParenCasts()) : nullptr;
                       return M && M->getMemberDecl()->getCanonicalDecl() == Field->getCanonicalDecl();
                     });
      const VarDecl *Named = Targets && Spec ? variableNamedBy(Spec) : nullptr;
      if (Named && typeName(Named->getType()) == "PyType_Spec")
        return Named;
    }
  }
  return nullptr;
}

bool derivesFrom(const TypeInfo *T, const TypeInfo *Base) {
  while (T && T != Base)
    T = T->Base.What == BaseType::InUnit ? T->Base.Type : nullptr;
  return T;
}

} // namespace

TypeGraph::TypeGraph(const UnitIndex &Index, const Contexts &Reach)
    : Index(Index), Reach(Reach), Refs(Index) {
  discover();
  readAssignments();
  for (auto &T : Types)
    resolveSlots(*T);
  findBases();
  Owners = std::make_unique<Ownership>(Refs, Reach, *this);
  for (auto &T : Types) {
    std::vector<const Function *> Releasers;
    for (const char *Name : {"tp_clear", "tp_dealloc"})
      if (const Function *F = T->slot(Name).Body)
        Releasers.push_back(F);
    const RecordDecl *Inherited = T->Base.What == BaseType::InUnit ? T->Base.Type->Struct : nullptr;
    if (T->Struct && T->Struct != Inherited)
      T->Edges = Owners->edges(T->Struct, Inherited, T.get(), Releasers);
  }
}

TypeGraph::~TypeGraph() = default;

void TypeGraph::discover() {
  for (const VarDecl *V : Index.initialised())
    if (auto T = readType(V, Index.context())) {
      ByVariable[V->getCanonicalDecl()] = T.get();
      Types.push_back(std::move(T));
    }
}

/// Type.tp_base = &Other; Type.tp_flags |= Py_TPFLAGS_HAVE_GC;
void TypeGraph::readAssignments() {
  for (auto &T : Types) {
    Expr::EvalResult Value;
    const Expr *Flags = T->Given.lookup("tp_flags");
    if (!Flags)
      T->Flags = 0;
    else if (Flags->EvaluateAsInt(Value, Index.context()))
      T->Flags = Value.Val.getInt().getZExtValue();
  }
  for (const BinaryOperator *B : Index.memberAssignments()) {
    const auto *Member = cast<MemberExpr>(B->getLHS()->IgnoreParens());
    const VarDecl *V = variableNamedBy(Member->getBase());
    TypeInfo *T = V ? ByVariable.lookup(V->getCanonicalDecl()) : nullptr;
    if (!T)
      continue;
    std::string Field = Member->getMemberDecl()->getNameAsString();
    if (Field == "flags" || Field == "tp_flags") {
      Expr::EvalResult Value;
      bool Folds = B->getRHS()->EvaluateAsInt(Value, Index.context());
      if (!Folds || (B->getOpcode() != BO_Assign && B->getOpcode() != BO_OrAssign))
        T->Flags.reset();
      else if (T->Flags)
        T->Flags = (B->getOpcode() == BO_Assign ? 0 : *T->Flags) | Value.Val.getInt().getZExtValue();
      continue;
    }
    if (B->getOpcode() == BO_Assign && !isNullConstant(B->getRHS(), Index.context()))
      T->Given[Field == "basicsize" ? "tp_basicsize" : Field] = B->getRHS();
  }
}

void TypeGraph::resolveSlots(TypeInfo &T) {
  for (const auto &[Name, Value] : T.Given) {
    const FunctionDecl *F = functionNamedBy(Value);
    bool IsSlot = Knowledge::get().SlotContexts.contains(Name);
    if (F || IsSlot)
      T.Slots[Name] = {Value, F, Index.find(F)};
  }
  if (!T.Struct)
    T.Struct = structOfSize(T.Given.lookup("tp_basicsize"));
  for (const char *Name : {"tp_traverse", "tp_clear", "tp_dealloc", "tp_init", "tp_new"})
    if (!T.Struct)
      T.Struct = structOfSelf(T.slot(Name).Named);
}

void TypeGraph::findBases() {
  auto Given = basesOfSpecs(Index);
  for (auto &T : Types) {
    const Expr *Base = T->Given.lookup("tp_base");
    if (!Base)
      Base = T->Given.lookup("tp_bases");
    auto Made = Given.find(T->Definition->getCanonicalDecl());
    bool MadeHere = Made != Given.end();
    if (!Base && MadeHere && Made->second && !isNullConstant(Made->second, Index.context()))
      Base = Made->second;
    if (Base) {
      T->Base = typeNamedBy(Base);
      if (derivesFrom(T->Base.Type, T.get())) // one variable that holds several types in turn
        T->Base = {};
      continue;
    }
    // A spec that another unit makes a type of, and a type whose base another unit sets: a struct that begins
    // with the plain header has no base with fields.
    bool Derives = T->Struct && beginsWithAnother(T->Struct);
    bool BaseIsSeen = MadeHere || (!Derives && (!T->Heap || T->Struct));
    T->Base.What = !BaseIsSeen ? BaseType::Unknown : BaseType::Object;
  }
}

BaseType TypeGraph::typeNamedBy(const Expr *Named) const {
  constexpr unsigned MaxDepth = 6; // of variables and functions that the type goes through
  auto Follow = [this](auto &Self, const Expr *E, unsigned Depth) -> BaseType {
    const CollectorKnowledge &K = Knowledge::get().Collector;
    BaseType Found;
    if (Depth > MaxDepth)
      return Found;
    E = E->IgnoreParenCasts();
    if (const VarDecl *V = variableNamedBy(E)) {
      if (TypeInfo *T = ByVariable.lookup(V->getCanonicalDecl()))
        return {BaseType::InUnit, T, T->Name, false};
      if (K.CollectedBases.contains(V->getName()))
        return {BaseType::BuiltIn, nullptr, V->getNameAsString(), true};
      if (K.UncollectedBases.contains(V->getName()))
        return V->getName() == "PyBaseObject_Type"
                   ? BaseType{BaseType::Object, nullptr, "", false}
                   : BaseType{BaseType::BuiltIn, nullptr, V->getNameAsString(), false};
      for (const Expr *Value : Refs.valuesOf(V))
        if (!isNullConstant(Value, Index.context()) && Value->IgnoreParenCasts() != E)
          if (BaseType Held = Self(Self, Value, Depth + 1); Held.What != BaseType::Unknown)
            return Held;
      for (const Expr *Item : itemsOf(V, Index))
        if (BaseType Held = Self(Self, Item, Depth + 1); Held.What != BaseType::Unknown)
          return Held;
      return Found;
    }
    if (const auto *C = dyn_cast<AbstractConditionalOperator>(E)) {
      BaseType Held = Self(Self, C->getTrueExpr(), Depth + 1);
      return Held.What != BaseType::Unknown ? Held : Self(Self, C->getFalseExpr(), Depth + 1);
    }
    if (const auto *M = dyn_cast<MemberExpr>(E)) {
      const auto *Field = dyn_cast<FieldDecl>(M->getMemberDecl());
      if (!Field)
        return Found;
      for (const ReferenceOp &Op : Refs.on(Field))
        if (const VarDecl *Spec = specStoredBy(Op, Field))
          if (TypeInfo *T = ByVariable.lookup(Spec->getCanonicalDecl()))
            return {BaseType::InUnit, T, T->Name, false};
      for (const ReferenceOp &Op : Refs.on(Field))
        if (Op.What == ReferenceOp::Store)
          if (BaseType Held = Self(Self, Op.Value, Depth + 1); Held.What != BaseType::Unknown)
            return Held;
      return Found;
    }
    // A maker or a project's wrapper of it gets the spec; PyTuple_Pack and Py_BuildValue get the bases.
    if (const auto *C = dyn_cast<CallExpr>(E)) {
      for (const Expr *Argument : C->arguments()) {
        const VarDecl *V = variableNamedBy(Argument);
        if (TypeInfo *T = V ? ByVariable.lookup(V->getCanonicalDecl()) : nullptr; T && T->Heap)
          return {BaseType::InUnit, T, T->Name, false};
      }
      if (K.NewReferences.contains(calleeName(C)) && C->getNumArgs() > 0)
        return Self(Self, C->getArg(0), Depth + 1);
      auto Packs = K.TypeMakers.find(calleeName(C));
      if (const Expr *Packed = Packs == K.TypeMakers.end() ? nullptr : argumentOf(C, Packs->second.Spec))
        return Self(Self, Packed, Depth + 1);
      if (const Function *F = Index.find(calleeOf(C)))
        for (const Expr *Returned : Refs.returnsOf(F))
          if (BaseType Held = Self(Self, Returned, Depth + 1); Held.What != BaseType::Unknown)
            return Held;
    }
    return Found;
  };
  return Follow(Follow, Named, 0);
}

Answer TypeGraph::isCollected(const TypeInfo &T) const {
  if (!T.Flags)
    return Answer::Unknown;
  if (T.has("collected"))
    return Answer::Yes;
  if (T.slot("tp_traverse") || T.slot("tp_clear"))
    return Answer::No; // nothing is inherited
  return isCollected(T.Base, *this);
}

Answer TypeGraph::isCollected(const BaseType &B, const TypeGraph &Graph) {
  if (B.What == BaseType::Unknown)
    return Answer::Unknown;
  if (B.What == BaseType::InUnit)
    return Graph.isCollected(*B.Type);
  return B.Collected ? Answer::Yes : Answer::No;
}

Slot TypeGraph::effective(const TypeInfo &T, llvm::StringRef Name) const {
  const TypeInfo *Now = &T;
  for (unsigned Steps = 0; Steps < 8; ++Steps) {
    if (Slot S = Now->slot(Name))
      return S;
    if (Now->Base.What != BaseType::InUnit)
      break;
    Now = Now->Base.Type;
  }
  return {};
}

namespace {

/// A field of another struct that is laid out like the one in question has its name.
bool touchesAlias(const Effects &E, ReferenceOp::Kind What, const FieldDecl *Field) {
  return llvm::any_of(E.Ops, [&](const ReferenceOp &Op) {
    return Op.What == What && Op.Where.What == Origin::Field &&
           Op.Where.Decl->getIdentifier() == Field->getIdentifier();
  });
}

} // namespace

Answer TypeGraph::visits(const Function *Traverse, const FieldDecl *Field) const {
  if (!Traverse)
    return Answer::Unknown;
  const Effects &E = Refs.of(Traverse);
  if (touchesAlias(E, ReferenceOp::Visit, Field))
    return Answer::Yes;
  bool Opaque =
      llvm::any_of(E.Indirect, [](const IndirectCall &I) { return I.What == IndirectCall::Opaque; });
  return Opaque || E.Mentioned.contains(Field->getCanonicalDecl()) ? Answer::Unknown : Answer::No;
}

Answer TypeGraph::releases(const Function *F, const FieldDecl *Field) const {
  if (!F)
    return Answer::Unknown;
  const Effects &E = Refs.of(F);
  if (touchesAlias(E, ReferenceOp::Release, Field))
    return Answer::Yes;
  return !E.Bounded || E.Mentioned.contains(Field->getCanonicalDecl()) ? Answer::Unknown : Answer::No;
}

Answer TypeGraph::isVisited(const TypeInfo &T, const Edge &E) const {
  Slot Traverse = effective(T, "tp_traverse");
  return Traverse ? visits(Traverse.Body, E.Field) : Answer::No;
}

Answer TypeGraph::isCleared(const TypeInfo &T, const Edge &E) const {
  Slot Clear = effective(T, "tp_clear");
  return Clear ? releases(Clear.Body, E.Field) : Answer::No;
}

std::vector<const Edge *> TypeGraph::collectable(const TypeInfo &T) {
  std::vector<const Edge *> Found;
  for (const Edge &E : T.Edges)
    if (E.Kind == Edge::Owned)
      Found.push_back(&E);
  return Found;
}

std::vector<Edge> TypeGraph::edgesOf(const RecordDecl *Record,
                                     llvm::ArrayRef<const Function *> Releasers) const {
  return Owners->edges(Record, nullptr, nullptr, Releasers);
}

const TypeInfo *TypeGraph::typeOfStruct(const RecordDecl *Record) const {
  const TypeInfo *Found = nullptr;
  if (!isOwnStruct(Record)) // sizeof(PyObject) says nothing about what a PyObject * points to
    return nullptr;
  for (const auto &T : Types)
    if (T->Struct && T->Struct->getCanonicalDecl() == Record->getCanonicalDecl()) {
      if (Found)
        return nullptr;
      Found = T.get();
    }
  return Found;
}

void TypeGraph::count(Statistics &S) const {
  for (const auto &T : Types) {
    ++S[T->Heap ? "types.heap" : "types.static"];
    S["types.with-struct"] += T->Struct != nullptr;
    S["types.base-known"] += T->Base.What != BaseType::Unknown;
    for (const Edge &E : T->Edges) {
      ++S[E.Kind == Edge::Owned ? "fields.owned" : E.Kind == Edge::Leaf ? "fields.leaf" : "fields.borrowed"];
      if (E.Kind == Edge::Owned && isCollected(*T) != Answer::No) {
        ++S["fields.collectable"];
        S["fields.visited"] += isVisited(*T, E) == Answer::Yes;
        S["fields.cleared"] += isCleared(*T, E) == Answer::Yes;
      }
    }
  }
}

} // namespace ungil
