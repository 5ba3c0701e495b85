#include "analysis/TypeDiscovery.h"

#include "analysis/AccessPath.h"
#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/SlotTables.h"
#include "compat/Clang.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

const InitListExpr *listOf(const Expr *E) {
  if (!E)
    return nullptr;
  E = E->IgnoreParenCasts();
  if (const auto *C = dyn_cast<CompoundLiteralExpr>(E))
    E = C->getInitializer()->IgnoreParenCasts();
  const auto *List = dyn_cast<InitListExpr>(E);
  if (List && !List->isSemanticForm() && List->getSemanticForm())
    return List->getSemanticForm();
  return List;
}

template <class Visit> void eachField(const InitListExpr *List, Visit Each) {
  unsigned Position = 0;
  for (const FieldDecl *Field : List->getType()->getAsRecordDecl()->fields()) {
    if (Field->isUnnamedBitField() || Position >= List->getNumInits())
      continue;
    if (const Expr *Value = List->getInit(Position++))
      Each(Field->getName(), Value);
  }
}

std::string stringOf(const Expr *E) {
  const auto *Literal = dyn_cast_or_null<StringLiteral>(E ? E->IgnoreParenCasts() : nullptr);
  return Literal && Literal->getCharByteWidth() == 1 ? Literal->getString().str() : "";
}

/// sizeof(Struct) anywhere in an expression.
class SizeFinder : public BodyVisitor {
public:
  const RecordDecl *Found = nullptr;
  bool VisitUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *E) override {
    if (E->getKind() == UETT_SizeOf && !Found)
      Found = E->getTypeOfArgument()->getAsRecordDecl();
    return true;
  }
};

class OffsetFinder : public BodyVisitor {
public:
  const FieldDecl *Found = nullptr;
  bool VisitOffsetOfExpr(OffsetOfExpr *E) override {
    for (unsigned I = E->getNumComponents(); I-- > 0 && !Found;)
      if (E->getComponent(I).getKind() == OffsetOfNode::Field)
        Found = E->getComponent(I).getField();
    return true;
  }
  bool VisitMemberExpr(MemberExpr *E) override {
    if (!Found)
      Found = dyn_cast<FieldDecl>(E->getMemberDecl());
    return true;
  }
};

class SelfFinder : public BodyVisitor {
public:
  const ParmVarDecl *Self = nullptr;
  const RecordDecl *Found = nullptr;
  bool VisitCastExpr(CastExpr *C) override {
    const auto *R = dyn_cast<DeclRefExpr>(C->getSubExpr()->IgnoreParenCasts());
    const RecordDecl *Record =
        C->getType()->isPointerType() ? C->getType()->getPointeeType()->getAsRecordDecl() : nullptr;
    if (!Found && R && R->getDecl() == Self && Record && isObjectStruct(Record) && isOwnStruct(Record))
      Found = Record->getDefinition();
    return true;
  }
};

/// The way in which a spec gives tp_dictoffset and tp_weaklistoffset: members with names of their own.
void readMembers(TypeInfo &T) {
  for (const Expr *Element : elementsOf(T.Given.lookup("tp_members"))) {
    llvm::ArrayRef<Expr *> Fields = elementsOf(Element);
    std::string Name = Fields.size() > 2 ? stringOf(Fields[0]) : "";
    if (Name == "__weaklistoffset__")
      T.Given["tp_weaklistoffset"] = Fields[2];
    else if (Name == "__dictoffset__")
      T.Given["tp_dictoffset"] = Fields[2];
  }
}

void readSlots(const Expr *Slots, TypeInfo &T, const ASTContext &Context) {
  for (const Expr *Element : elementsOf(Slots)) {
    auto Slot = slotElement(Element, Context);
    if (Slot && Slot->Name == "tp_slots")
      readSlots(Slot->Value, T, Context);
    else if (Slot && !Slot->OfModule)
      T.Given[Slot->Name] = Slot->Value;
  }
}

void nameAndSize(TypeInfo &T) {
  readMembers(T);
  T.Name = stringOf(T.Given.lookup("tp_name"));
  if (T.Name.empty())
    T.Name = T.Definition->getNameAsString();
  T.Struct = structOfSize(T.Given.lookup("tp_basicsize"));
}

/// What PyType_FromSlots gets; a table of PySlot can describe a module instead.
std::unique_ptr<TypeInfo> readTypeSlots(const VarDecl *V, const ASTContext &Context) {
  auto T = std::make_unique<TypeInfo>();
  T->Definition = V;
  T->Heap = true;
  readSlots(V->getInit(), *T, Context);
  if (T->Given.empty())
    return nullptr;
  nameAndSize(*T);
  return T;
}

} // namespace

bool isOwnStruct(const RecordDecl *Record) {
  std::string Name = typeName(recordType(Record->getASTContext(), Record));
  return Name != "_object" && Name != "PyObject" && Name != "PyVarObject" && Name != "_typeobject";
}

const RecordDecl *structOfSize(const Expr *E) {
  SizeFinder Finder;
  if (E)
    Finder.TraverseStmt(const_cast<Expr *>(E));
  return Finder.Found ? Finder.Found->getDefinition() : nullptr;
}

llvm::ArrayRef<Expr *> elementsOf(const Expr *Initialiser) {
  if (const VarDecl *V = Initialiser ? variableNamedBy(Initialiser) : nullptr) {
    const VarDecl *Definition = nullptr;
    V->getAnyInitializer(Definition);
    Initialiser = Definition ? Definition->getInit() : nullptr;
  }
  const InitListExpr *List = listOf(Initialiser);
  return List ? llvm::ArrayRef<Expr *>(const_cast<InitListExpr *>(List)->getInits(), List->getNumInits())
              : llvm::ArrayRef<Expr *>();
}

const VarDecl *variableNamedBy(const Expr *E) {
  E = E->IgnoreParenCasts();
  if (const auto *U = dyn_cast<UnaryOperator>(E); U && U->getOpcode() == UO_AddrOf)
    E = U->getSubExpr()->IgnoreParenCasts();
  const auto *R = dyn_cast<DeclRefExpr>(E);
  return R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
}

const FieldDecl *fieldNamedBy(const Expr *E) {
  const auto *M = dyn_cast<MemberExpr>(E->IgnoreParenCasts());
  const auto *Field = M ? dyn_cast<FieldDecl>(M->getMemberDecl()) : nullptr;
  return Field ? Field->getCanonicalDecl() : nullptr;
}

const FieldDecl *fieldOfOffset(const Expr *E) {
  OffsetFinder Finder;
  Finder.TraverseStmt(const_cast<Expr *>(E));
  return Finder.Found;
}

const RecordDecl *structOfSelf(const FunctionDecl *F) {
  if (!F || F->getNumParams() == 0 || !F->hasBody())
    return nullptr;
  const FunctionDecl *Definition = F->getDefinition();
  if (!Definition)
    return nullptr;
  SelfFinder Finder;
  Finder.Self = Definition->getParamDecl(0);
  QualType T = Finder.Self->getType();
  const RecordDecl *Record = T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : nullptr;
  if (Record && isObjectStruct(Record) && isOwnStruct(Record))
    return Record->getDefinition();
  Finder.TraverseStmt(Definition->getBody());
  return Finder.Found;
}

std::unique_ptr<TypeInfo> readType(const VarDecl *V, const ASTContext &Context) {
  if (typeName(Context.getBaseElementType(V->getType())) == "PySlot")
    return readTypeSlots(V, Context);
  std::string Record = V->getType()->isRecordType() ? typeName(V->getType()) : "";
  const InitListExpr *List = listOf(V->getInit());
  bool IsSpec = Record == "PyType_Spec";
  if (!List || !List->getType()->isRecordType() ||
      (!IsSpec && Record != "_typeobject" && Record != "PyTypeObject"))
    return nullptr;
  auto T = std::make_unique<TypeInfo>();
  T->Definition = V;
  T->Heap = IsSpec;
  eachField(List, [&](llvm::StringRef Field, const Expr *Value) {
    std::string Name = IsSpec ? ("spec_" + Field).str() : Field.str();
    if (!isNullConstant(Value, Context))
      T->Given[Name] = Value;
  });
  if (IsSpec) {
    if (const Expr *Slots = T->Given.lookup("spec_slots")) {
      if (elementsOf(Slots).empty())
        return nullptr; // the slots are somewhere else
      readSlots(Slots, *T, Context);
    }
    for (auto [Spec, Name] :
         {std::pair("spec_name", "tp_name"), {"spec_basicsize", "tp_basicsize"}, {"spec_flags", "tp_flags"}})
      if (const Expr *Value = T->Given.lookup(Spec))
        T->Given[Name] = Value;
  }
  nameAndSize(*T);
  return T;
}

namespace {

/// The slots that PyModExport_ gives the interpreter, of which the size of the state tells that there is one.
std::optional<ModuleInfo> readExportedModule(const VarDecl *V, const ASTContext &Context) {
  llvm::StringMap<const Expr *> Given;
  for (const Expr *Element : elementsOf(V->getInit()))
    if (auto Slot = slotElement(Element, Context); Slot && Slot->OfModule)
      Given[Slot->Name] = Slot->Value;
  if (!Given.contains("Py_mod_state_size"))
    return std::nullopt;
  ModuleInfo M;
  M.Definition = V;
  M.Name = stringOf(Given.lookup("Py_mod_name"));
  if (M.Name.empty())
    M.Name = V->getNameAsString();
  M.State = structOfSize(Given["Py_mod_state_size"]);
  M.Slots = V->getInit();
  M.Traverse = Given.lookup("Py_mod_state_traverse");
  M.Clear = Given.lookup("Py_mod_state_clear");
  M.Free = Given.lookup("Py_mod_state_free");
  return M;
}

} // namespace

std::optional<ModuleInfo> readModule(const VarDecl *V, const ASTContext &Context) {
  std::string Element = typeName(Context.getBaseElementType(V->getType()));
  if (Element == "PyModuleDef_Slot" || Element == "PySlot")
    return readExportedModule(V, Context);
  const InitListExpr *List = V->getType()->isRecordType() && typeName(V->getType()) == "PyModuleDef"
                                 ? listOf(V->getInit())
                                 : nullptr;
  if (!List || !List->getType()->isRecordType())
    return std::nullopt;
  ModuleInfo M;
  M.Definition = V;
  eachField(List, [&](llvm::StringRef Field, const Expr *Value) {
    if (isNullConstant(Value, Context))
      return;
    if (Field == "m_name")
      M.Name = stringOf(Value);
    else if (Field == "m_size")
      M.State = structOfSize(Value);
    else if (Field == "m_slots")
      M.Slots = Value;
    else if (Field == "m_traverse")
      M.Traverse = Value;
    else if (Field == "m_clear")
      M.Clear = Value;
    else if (Field == "m_free")
      M.Free = Value;
  });
  return M;
}

namespace {

/// Follows the spec that a maker gets through parameters of the project's own wrappers.
class MakerFollower {
public:
  explicit MakerFollower(llvm::DenseMap<const VarDecl *, const Expr *> &Found) : Found(Found) {}

  void follow(const Function *In, const Expr *Spec, const Expr *Bases, unsigned Depth = 0) {
    const VarDecl *V = variableNamedBy(Spec);
    if (!V)
      return;
    const auto *SpecParameter = dyn_cast<ParmVarDecl>(V);
    if (!SpecParameter) {
      Found.try_emplace(V->getCanonicalDecl(), Bases);
      return;
    }
    const auto *BasesParameter = Bases ? dyn_cast_or_null<ParmVarDecl>(variableNamedBy(Bases)) : nullptr;
    if (Depth < 3)
      for (const Call *C : In->Callers) {
        const Expr *Argument = argumentOf(C->Site, int(SpecParameter->getFunctionScopeIndex()));
        const Expr *Given =
            BasesParameter ? argumentOf(C->Site, int(BasesParameter->getFunctionScopeIndex())) : Bases;
        if (Argument)
          follow(C->In, Argument, Given, Depth + 1);
      }
  }

private:
  llvm::DenseMap<const VarDecl *, const Expr *> &Found;
};

} // namespace

llvm::DenseMap<const VarDecl *, const Expr *> basesOfSpecs(const UnitIndex &Index) {
  llvm::DenseMap<const VarDecl *, const Expr *> Found;
  MakerFollower Follower(Found);
  const auto &Makers = Knowledge::get().Collector.TypeMakers;
  for (const Call &C : Index.externalCalls()) {
    auto Maker = Makers.find(calleeName(C.Site));
    if (Maker == Makers.end())
      continue;
    const TypeMaker &M = Maker->second;
    const Expr *Spec = argumentOf(C.Site, M.Spec);
    if (Spec)
      Follower.follow(C.In, Spec, M.Bases ? argumentOf(C.Site, *M.Bases) : nullptr);
  }
  return Found;
}

} // namespace ungil
