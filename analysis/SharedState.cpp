#include "analysis/SharedState.h"

#include "analysis/Annotations.h"
#include "analysis/Atomics.h"
#include "analysis/BindingKnowledge.h"
#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"

namespace ungil {

using namespace clang;

namespace {

constexpr unsigned MaxHelperDepth = 4;      // callers of a helper that gets the memory as an argument
constexpr unsigned MaxPathLength = 8;       // longer ones walk data structures
constexpr unsigned MaxCallerDepth = 6;      // callers that may hold the lock for a helper
constexpr std::size_t MaxPerLocation = 400; // accesses kept for one location

/// The struct of a Python object: of C, or a class that a binding library wraps.
bool isObjectType(const RecordDecl *R, const UnitIndex &Index) {
  return isObjectStruct(R) || Index.boundTypes().contains(cast<RecordDecl>(R->getCanonicalDecl()));
}

/// Position of the first field of the innermost object struct on the path, and of the end of the path to that
/// object.
std::optional<std::pair<std::size_t, std::size_t>> innermostObject(const AccessPath &P,
                                                                   const UnitIndex &Index) {
  for (std::size_t I = P.Fields.size(); I-- > 0;) {
    if (!P.Fields[I] || !isObjectType(P.Fields[I]->getParent(), Index))
      continue;
    for (std::size_t J = I; J-- > 0;)
      if (!P.Fields[J])
        return std::pair(I, J + 1);
    const auto *V = P.Kind == AccessPath::Parameter ? dyn_cast<ParmVarDecl>(P.Root) : nullptr;
    if (V && V->getType()->isReferenceType() && !isObjectStruct(P.Fields[I]->getParent()))
      return std::pair(I, std::size_t(0));
    return std::nullopt;
  }
  return std::nullopt;
}

/// The path to the object whose field is accessed, in the terms of the accessing function.
std::optional<AccessPath> objectOf(const AccessPath &P, const UnitIndex &Index) {
  auto At = innermostObject(P, Index);
  if (!At)
    return std::nullopt;
  AccessPath Object = P;
  Object.Fields.resize(At->second);
  Object.IsAddress = false;
  return Object;
}

/// A store to a bit-field writes its neighbours too: the first of those that lie side by side stands for all.
const FieldDecl *firstOfWord(const FieldDecl *Field) {
  const FieldDecl *First = Field;
  for (const FieldDecl *Other : Field->getParent()->fields()) {
    if (!Other->isBitField() || Other->isUnnamedBitField())
      First = nullptr;
    else if (!First || First == Field)
      First = Other;
    if (Other == Field)
      return First ? First->getCanonicalDecl() : Field;
  }
  return Field;
}

bool isOfRuntime(const FieldDecl &Field) {
  return Knowledge::get().Sharing.RuntimeTypes.contains(typeName(*Field.getParent()));
}

/// Whether the path is a field of the type object that a variable points to. The runtime does not change
/// those by itself.
bool isTypeBehindVariable(const AccessPath &P) {
  return P.Kind == AccessPath::Static && P.Fields.size() == 2 && !P.Fields[0] && P.Fields[1] &&
         Knowledge::get().Sharing.TypeObjects.contains(typeName(*P.Fields[1]->getParent()));
}

} // namespace

std::optional<AccessPath> sharedLocation(const AccessPath &P, const UnitIndex &Index) {
  if (P.Kind == AccessPath::ThreadLocal || P.Fields.size() > MaxPathLength)
    return std::nullopt;
  AccessPath Plain = P;
  Plain.IsAddress = false;
  if (isTypeBehindVariable(Plain))
    return Plain;
  if (auto At = innermostObject(P, Index)) {
    const RecordDecl *Record = P.Fields[At->first]->getParent();
    if (!Index.scope().contains(Record->getLocation()))
      return std::nullopt;
    AccessPath Location{AccessPath::Object,
                        Record->getCanonicalDecl(),
                        {P.Fields.begin() + At->first, P.Fields.end()},
                        false};
    if (const FieldDecl *Last = Location.Fields.back(); Last && Last->isBitField())
      Location.Fields.back() = firstOfWord(Last);
    return Location;
  }
  if (P.Kind == AccessPath::Static || P.Kind == AccessPath::ModuleState)
    return Plain;
  return std::nullopt;
}

SharedState::SharedState(const UnitIndex &Index, const EntryPoints &Entries, const Contexts &Reach,
                         const PathResolver &Paths, Locksets &Locks)
    : Index(Index), Reach(Reach), Paths(Paths), Locks(Locks), Fresh(Index, Entries, Reach, Paths),
      Owners(Index, Fresh) {
  for (const EntryPoint &Point : Entries.all())
    EnteredIn[Point.Target].add(Point.Where);
  for (const auto &F : Index.functions())
    collect(*F);
  for (const VarDecl *V : Index.initialised())
    collectMembers(V->getInit());
  collectBoundMembers();
}

void SharedState::collectMembers(const Expr *Table) {
  const auto *List = dyn_cast<InitListExpr>(Table->IgnoreImplicit());
  if (!List)
    return;
  if (const InitListExpr *Semantic = List->isSemanticForm() ? List : List->getSemanticForm())
    List = Semantic;
  if (!List->getType()->isRecordType() || typeName(List->getType()) != "PyMemberDef") {
    for (const Expr *Element : List->inits())
      if (Element)
        collectMembers(Element);
    return;
  }
  const auto *Name =
      List->getNumInits() > 3 ? dyn_cast<StringLiteral>(List->getInit(0)->IgnoreParenCasts()) : nullptr;
  const auto *Offset = Name ? dyn_cast<OffsetOfExpr>(List->getInit(2)->IgnoreParenCasts()) : nullptr;
  Expr::EvalResult Type, Flags;
  if (!Offset || !List->getInit(1)->EvaluateAsInt(Type, Index.context()) ||
      !List->getInit(3)->EvaluateAsInt(Flags, Index.context()))
    return;
  AccessPath P{AccessPath::This, nullptr, {nullptr}, false};
  for (unsigned I = 0; I != Offset->getNumComponents(); ++I)
    if (Offset->getComponent(I).getKind() == OffsetOfNode::Field)
      P.Fields.push_back(Offset->getComponent(I).getField()->getCanonicalDecl());
  const SharingKnowledge &K = Knowledge::get().Sharing;
  std::int64_t Code = Type.Val.getInt().getExtValue();
  bool IsWritable = (Flags.Val.getInt().getExtValue() & K.MemberReadOnly) == 0 && Code != K.MemberString;
  if (auto Location = sharedLocation(P, Index))
    Members[*Location] = {List->getInit(2), Name->getString().str(),
                          llvm::is_contained(K.MemberObjects, Code), IsWritable};
}

/// .def_readwrite("size", &Stack::size)
void SharedState::collectBoundMembers() {
  if (Index.boundTypes().empty())
    return;
  std::vector<const CXXMemberCallExpr *> Sites;
  for (const auto &F : Index.functions())
    for (const Call &C : F->Calls)
      if (const auto *Site = dyn_cast<CXXMemberCallExpr>(C.Site);
          Site && Site->getNumArgs() > 1 && C.Callee->getIdentifier() &&
          BindingKnowledge::get().MembersWritten.contains(C.Callee->getName()))
        Sites.push_back(Site);
  for (const CXXMemberCallExpr *Site : Sites) {
    const auto *Name = dyn_cast<StringLiteral>(Site->getArg(0)->IgnoreParenImpCasts());
    const auto *Address = dyn_cast<UnaryOperator>(Site->getArg(1)->IgnoreParenImpCasts());
    const auto *Named = Address ? dyn_cast<DeclRefExpr>(Address->getSubExpr()->IgnoreParens()) : nullptr;
    const auto *Field = Named ? dyn_cast<FieldDecl>(Named->getDecl()) : nullptr;
    if (!Name || !Field)
      continue;
    AccessPath P{AccessPath::This, nullptr, {nullptr, Field->getCanonicalDecl()}, false};
    if (auto Location = sharedLocation(P, Index))
      Members[*Location] = {Site->getArg(1), Name->getString().str(), false, true, true};
  }
}

const ExposedMember *SharedState::writableMember(const AccessPath &Location) const {
  auto Known = Members.find(Location);
  return Known != Members.end() && Known->second.IsWritable ? &Known->second : nullptr;
}

ContextSet SharedState::racing(const AccessPath &Location) {
  if (Location.Kind == AccessPath::Object)
    return {Context::Concurrent, Context::Detached, Context::Escaped};
  return ManyThreads;
}

bool SharedState::isConcurrent(const SharedAccess &A) {
  ContextSet Racing = racing(A.Location);
  if (!Reach.of(A.owner()).intersects(Racing) || isClaimedElement(A))
    return false;
  return A.Location.Kind != AccessPath::Object || !Fresh.isPrivate(*A.owner(), A.Here, A.At, Racing);
}

namespace {

class AtomicSteps : public BodyVisitor {
public:
  explicit AtomicSteps(const ASTContext &Context) : Context(Context) {}
  bool Found = false;

  bool VisitExpr(Expr *E) override {
    auto Op = atomicOperation(E, Context);
    Found |= Op && Op->reads() && Op->writes();
    return !Found;
  }

private:
  const ASTContext &Context;
};

/// The index of the element that the expression lies in; null when it lies in none.
const Expr *elementIndex(const Expr *E) {
  for (;;) {
    E = E->IgnoreParenImpCasts();
    if (const auto *S = dyn_cast<ArraySubscriptExpr>(E))
      return S->getIdx();
    const auto *M = dyn_cast<MemberExpr>(E);
    if (!M || M->isArrow())
      return nullptr;
    E = M->getBase();
  }
}

} // namespace

bool SharedState::isClaimedElement(const SharedAccess &A) {
  const Expr *At = elementIndex(A.At);
  if (!At)
    return false;
  At = At->IgnoreParenCasts();
  if (const auto *R = dyn_cast<DeclRefExpr>(At))
    if (const auto *V = dyn_cast<VarDecl>(R->getDecl())) {
      Paths.enter(A.In->Decl);
      At = Paths.onlyValueOf(V);
    }
  const auto *C = At ? dyn_cast<CallExpr>(At->IgnoreParenCasts()) : nullptr;
  const Function *Taker = C ? Index.find(C->getDirectCallee()) : nullptr;
  return Taker && claims(*Taker);
}

bool SharedState::claims(const Function &F) {
  auto [At, New] = Claiming.try_emplace(&F, false);
  if (New) {
    AtomicSteps Steps(Index.context());
    Steps.TraverseStmt(F.Decl->getBody());
    At->second = Steps.Found;
  }
  return At->second;
}

void SharedState::add(SharedAccess A) { nameInCallers(std::move(A), 0); }

void SharedState::nameInCallers(SharedAccess A, unsigned Depth) {
  if (auto Location = sharedLocation(A.Here, Index)) {
    if (!isMutableLocation(*Location) || !Locks.reaches(*A.In, A.At))
      return;
    A.Location = std::move(*Location);
    Accesses &All = Locations[A.Location];
    if (All.size() < MaxPerLocation)
      All.push_back(std::move(A));
    return;
  }
  if (Depth == MaxHelperDepth || (A.Here.Kind != AccessPath::Parameter && A.Here.Kind != AccessPath::This))
    return;
  for (const Call *C : A.owner()->Callers) {
    if (C->In == A.owner() || Reach.of(C->In).empty())
      continue;
    Paths.enter(C->In->Decl);
    auto Outside = Paths.atCall(A.Here, C->Site);
    if (!Outside)
      continue;
    SharedAccess InCaller = A;
    InCaller.Here = std::move(*Outside);
    InCaller.Here.IsAddress = false;
    InCaller.Through.push_back(C);
    nameInCallers(std::move(InCaller), Depth + 1);
  }
}

bool SharedState::isMutableLocation(const AccessPath &P) const {
  const auto *Variable = dyn_cast_or_null<VarDecl>(P.Root);
  if ((Variable && isDeclaredGuarded(*Variable)) ||
      llvm::any_of(P.Fields, [](const FieldDecl *Field) { return Field && isDeclaredGuarded(*Field); }))
    return false;
  const Knowledge &K = Knowledge::get();
  QualType T;
  for (const FieldDecl *Field : P.Fields)
    if (Field) {
      T = Index.context().getBaseElementType(Field->getType());
      bool Synchronised = K.SynchronisedTypes.contains(typeName(T)) || K.LockTypes.contains(typeName(T));
      if ((Synchronised && !isAtomicType(T)) || (isOfRuntime(*Field) && !isTypeBehindVariable(P)))
        return false;
    }
  if (T.isNull()) {
    const auto *V = dyn_cast_or_null<VarDecl>(P.Root);
    if (!V)
      return false;
    T = Index.context().getBaseElementType(V->getType());
  }
  if (const auto *V = dyn_cast_or_null<VarDecl>(P.Root); V && P.Kind == AccessPath::Static) {
    QualType Whole = Index.context().getBaseElementType(V->getType());
    if (V->isConstexpr() || (P.Fields.empty() && Whole.isConstQualified()))
      return false;
    std::string Name = typeName(Whole);
    if (K.Sharing.RuntimeTypes.contains(Name) && (!Whole->isPointerType() || !P.Fields.empty()) &&
        !isTypeBehindVariable(P))
      return false;
    if (!Whole->isPointerType() && (K.SynchronisedTypes.contains(Name) || K.LockTypes.contains(Name)) &&
        !isAtomicType(Whole))
      return false;
    if (!Index.scope().contains(V->getLocation()))
      return false;
  }
  if (!P.Fields.empty() && !P.Fields.back() && T->isPointerType() && T->getPointeeType().isConstQualified())
    return false;
  return true;
}

bool SharedState::isUnderContract(const Function &F) {
  auto [At, New] = Contracts.try_emplace(&F, false);
  if (!New)
    return At->second;
  std::string Name = F.Decl->getNameAsString();
  bool Says = isHeldByContract(*F.Decl) ||
              llvm::any_of(Knowledge::get().Sharing.CallerDecides, [&](const std::string &Suffix) {
                return llvm::StringRef(Name).ends_with(Suffix);
              });
  if (!Says && !F.Callers.empty() && EnteredIn.lookup(&F).empty())
    Says = llvm::all_of(F.Callers, [&](const Call *C) { return C->In != &F && isUnderContract(*C->In); });
  return Contracts[&F] = Says;
}

bool Guards::shareWith(const Guards &Other) const {
  if (Unknown || Other.Unknown)
    return true;
  return llvm::any_of(Held, [&](const Guard &G) {
    return llvm::any_of(Other.Held, [&](const Guard &O) {
      return G.OfObject == O.OfObject && G.Lock == O.Lock && !(G.Shared && O.Shared);
    });
  });
}

const Guards &SharedState::guardsOf(const SharedAccess &A) {
  auto Key = std::tuple(A.In, A.At, A.Through);
  auto Known = KnownGuards.find(Key);
  if (Known == KnownGuards.end())
    Known = KnownGuards.emplace(Key, guardsAt(A, A.At)).first;
  return Known->second;
}

/// The records that functions of the context take by pointer or reference to const.
static void findTakenConst(const DeclContext &In, llvm::DenseSet<const RecordDecl *> &Found) {
  for (const Decl *D : In.decls()) {
    if (isa<LinkageSpecDecl, NamespaceDecl>(D))
      findTakenConst(*cast<DeclContext>(D), Found);
    const auto *F = dyn_cast<FunctionDecl>(D);
    for (const ParmVarDecl *P : F ? F->parameters() : llvm::ArrayRef<ParmVarDecl *>()) {
      QualType T = P->getType()->getPointeeType();
      if (!T.isNull() && T.isConstQualified())
        if (const RecordDecl *R = T->getAsRecordDecl())
          Found.insert(cast<RecordDecl>(R->getCanonicalDecl()));
    }
  }
}

bool SharedState::isTakenConst(const RecordDecl &R) {
  if (!TakenConst)
    findTakenConst(*Index.context().getTranslationUnitDecl(), TakenConst.emplace());
  return TakenConst->contains(cast<RecordDecl>(R.getCanonicalDecl()));
}

std::optional<Lockset> SharedState::heldByCallers(const Function &F, const AccessPath &Object,
                                                  ContextSet Racing, unsigned Depth) {
  int Position = Object.Kind == AccessPath::This ? ThisArgument : -2;
  if (const auto *V = Object.Kind == AccessPath::Parameter ? dyn_cast<ParmVarDecl>(Object.Root) : nullptr)
    Position = int(V->getFunctionScopeIndex());
  if (Position == -2 || F.Callers.empty() || EnteredIn.lookup(&F).intersects(Racing) ||
      Depth > MaxCallerDepth)
    return Lockset();
  auto Key = std::pair(&F, Position);
  if (auto Known = CallersHold.find(Key); Known != CallersHold.end())
    return Known->second;
  CallersHold[Key] = Lockset(); // recursion
  std::optional<Lockset> Common;
  for (const Call *C : F.Callers) {
    if (C->In == &F || !Reach.of(C->In).intersects(Racing) || isUnderContract(*C->In))
      continue;
    Paths.enter(C->In->Decl);
    const Expr *Argument = argumentOf(C->Site, Position);
    auto Outside = Argument ? Paths.resolve(Argument) : std::nullopt;
    if (Outside && !Argument->getType()->isPointerType())
      Outside->IsAddress = true; // of the object itself
    if (!Outside || Fresh.isPrivate(*C->In, Outside->pointee(), C->Site, Racing)) {
      if (Outside || (Argument && Fresh.isFreshValue(*C->In, Argument)))
        continue;
      return CallersHold[Key] = Lockset();
    }
    Lockset Here = Locks.within(*C->In, C->Site);
    if (auto Above = heldByCallers(*C->In, *Outside, Racing, Depth + 1))
      Here.insert(Here.end(), Above->begin(), Above->end());
    else
      continue;
    for (HeldLock &L : Locks.at(*C->In, C->Site, Racing))
      Here.push_back(std::move(L));
    Lockset Inside;
    for (const HeldLock &L : Here)
      if (auto P = Paths.inCallee(L.Lock, F.Decl, C->Site))
        if (llvm::none_of(Inside, [&](const HeldLock &Other) { return Other.Lock == *P; }))
          Inside.push_back({*P, nullptr, L.Where, L.Shared});
    if (!Common) {
      Common = std::move(Inside);
      continue;
    }
    llvm::erase_if(*Common, [&](const HeldLock &L) {
      return llvm::none_of(Inside, [&](const HeldLock &Other) { return Other.Lock == L.Lock; });
    });
  }
  return CallersHold[Key] = Common;
}

/// Whether the object is a C++ one inside a Python object, which another variable may name.
bool SharedState::isWrapped(const AccessPath &Location) const {
  const auto *Record = dyn_cast_or_null<RecordDecl>(Location.Root);
  return Location.Kind == AccessPath::Object && Record && !isObjectStruct(Record);
}

Guards SharedState::guardsAt(const SharedAccess &A, const Expr *Where) {
  ContextSet Racing = racing(A.Location);
  Lockset Held = Locks.at(*A.In, Where, Racing);
  bool Contract = isUnderContract(*A.In) || Owners.decides(*A.In, Where);
  for (const Call *C : A.Through) {
    Lockset Outside;
    for (const HeldLock &L : Held)
      if (auto P = Paths.atCall(L.Lock, C->Site))
        Outside.push_back({*P, L.Token, L.Where, L.Shared});
    for (HeldLock &L : Locks.at(*C->In, C->Site, Racing))
      Outside.push_back(std::move(L));
    Held = std::move(Outside);
    Contract |= isUnderContract(*C->In) || Owners.decides(*C->In, C->Site);
  }
  if (A.Location.Kind == AccessPath::Object) {
    if (auto Above = heldByCallers(*A.owner(), A.Here, Racing, 0))
      Held.insert(Held.end(), Above->begin(), Above->end());
    else
      Contract = true; // every caller has an object of its own, or a lock by contract
  }
  Guards G;
  G.Unknown = Contract;
  auto Object = objectOf(A.Here, Index);
  for (const HeldLock &L : Held) {
    if (G.Spelling.empty())
      G.Spelling = L.Lock.spelling();
    if (Object && L.Lock.Kind == Object->Kind && L.Lock.Root == Object->Root &&
        L.Lock.Fields.size() >= Object->Fields.size() &&
        std::equal(Object->Fields.begin(), Object->Fields.end(), L.Lock.Fields.begin())) {
      AccessPath Rest{AccessPath::Object,
                      nullptr,
                      {L.Lock.Fields.begin() + Object->Fields.size(), L.Lock.Fields.end()},
                      false};
      G.Held.push_back({true, std::move(Rest), L.Shared});
      continue;
    }
    AccessPath ByType = L.Lock.byType();
    if (ByType.Kind == AccessPath::Static || ByType.Kind == AccessPath::ModuleState ||
        ByType.Kind == AccessPath::Object)
      G.Held.push_back({false, std::move(ByType), L.Shared});
    else if (!L.Token || !Object || isWrapped(A.Location))
      G.Unknown = true;
  }
  return G;
}

} // namespace ungil
