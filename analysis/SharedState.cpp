#include "analysis/SharedState.h"

#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"

#include "clang/AST/ExprCXX.h"
#include "clang/Lex/Lexer.h"

namespace ungil {

using namespace clang;

namespace {

constexpr unsigned MaxHelperDepth = 4;      // callers of a helper that gets the memory as an argument
constexpr unsigned MaxPathLength = 8;       // longer ones walk data structures
constexpr unsigned MaxCallerDepth = 6;      // callers that may hold the lock for a helper
constexpr std::size_t MaxPerLocation = 400; // accesses kept for one location

/// Position of the first field of the innermost object struct on the path, and of the end of the path to that
/// object.
std::optional<std::pair<std::size_t, std::size_t>> innermostObject(const AccessPath &P) {
  for (std::size_t I = P.Fields.size(); I-- > 0;) {
    if (!P.Fields[I] || !isObjectStruct(P.Fields[I]->getParent()))
      continue;
    for (std::size_t J = I; J-- > 0;)
      if (!P.Fields[J])
        return std::pair(I, J + 1);
    return std::nullopt;
  }
  return std::nullopt;
}

/// The path to the object whose field is accessed, in the terms of the accessing function.
std::optional<AccessPath> objectOf(const AccessPath &P) {
  auto At = innermostObject(P);
  if (!At)
    return std::nullopt;
  AccessPath Object = P;
  Object.Fields.resize(At->second);
  Object.IsAddress = false;
  return Object;
}

bool isPointerToConst(QualType T) {
  return (T->isPointerType() || T->isReferenceType()) && T->getPointeeType().isConstQualified();
}

bool isOfRuntime(const FieldDecl &Field) {
  return Knowledge::get().Sharing.RuntimeTypes.contains(typeName(*Field.getParent()));
}

/// Whether the path is a field of the type object that a variable points to. The runtime does not change those by itself.
bool isTypeBehindVariable(const AccessPath &P) {
  return P.Kind == AccessPath::Static && P.Fields.size() == 2 && !P.Fields[0] &&
         Knowledge::get().Sharing.TypeObjects.contains(typeName(*P.Fields[1]->getParent()));
}

} // namespace

std::optional<AccessPath> sharedLocation(const AccessPath &P, const ProjectScope &Scope) {
  if (P.Kind == AccessPath::ThreadLocal || P.Fields.size() > MaxPathLength)
    return std::nullopt;
  AccessPath Plain = P;
  Plain.IsAddress = false;
  if (auto At = innermostObject(P)) {
    const RecordDecl *Record = P.Fields[At->first]->getParent();
    if (!Scope.contains(Record->getLocation()))
      return std::nullopt;
    return AccessPath{AccessPath::Object,
                      Record->getCanonicalDecl(),
                      {P.Fields.begin() + At->first, P.Fields.end()},
                      false};
  }
  if (P.Kind == AccessPath::Static || P.Kind == AccessPath::ModuleState)
    return Plain;
  return std::nullopt;
}

/// Finds what one function does to memory.
class AccessCollector : public BodyVisitor {
public:
  AccessCollector(SharedState &Out, const Function &F) : Out(Out), F(F), Context(Out.Index.context()) {}

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool visitsUnevaluated() const override { return false; }

  bool VisitCastExpr(CastExpr *C) override {
    if (C->getCastKind() != CK_LValueToRValue || Atomics.contains(C->getSubExpr()->IgnoreParens()))
      return true;
    if (atomic(C))
      return true;
    note(SharedAccess::Read, C->getSubExpr());
    return true;
  }

  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isRelationalOp() && !isa<IntegerLiteral>(B->getRHS()->IgnoreParenImpCasts())) {
      bound(B->getLHS(), 0);
      bound(B->getRHS(), 0);
    }
    if (!B->isAssignmentOp() || atomic(B))
      return true;
    auto To = Out.Paths.resolve(B->getLHS());
    bool Updates = B->isCompoundAssignmentOp() || (To && mentions(B->getRHS(), *To));
    note(Updates ? SharedAccess::Update : SharedAccess::Write, B->getLHS(), B->getRHS());
    return true;
  }

  bool VisitUnaryOperator(UnaryOperator *U) override {
    if (U->isIncrementDecrementOp() && !atomic(U))
      note(SharedAccess::Update, U->getSubExpr());
    return true;
  }

  bool VisitArraySubscriptExpr(ArraySubscriptExpr *S) override {
    bound(S->getIdx(), 0);
    return true;
  }

  bool VisitVarDecl(VarDecl *V) override {
    if (const auto *Sized = Context.getAsVariableArrayType(V->getType()))
      bound(Sized->getSizeExpr(), 0);
    return true;
  }

  bool VisitAtomicExpr(AtomicExpr *A) override {
    atomic(A);
    return true;
  }

  bool VisitCallExpr(CallExpr *C) override {
    if (atomic(C) || isLockOperation(C))
      return true;
    if (const auto *M = dyn_cast<CXXMemberCallExpr>(C))
      method(M);
    else if (const auto *O = dyn_cast<CXXOperatorCallExpr>(C))
      return overloaded(O);
    arguments(C, C->getDirectCallee(), C->arguments());
    return true;
  }

  bool VisitCXXConstructExpr(CXXConstructExpr *C) override {
    if (!Knowledge::get().GuardTypes.contains(typeName(C->getType())))
      arguments(C, C->getConstructor(), C->arguments());
    return true;
  }

private:
  bool isLockOperation(const CallExpr *C) const {
    const FunctionDecl *Callee = C->getDirectCallee();
    return Callee && Knowledge::get().LockFunctions.contains(qualifiedName(*Callee));
  }

  bool mentions(const Expr *E, const AccessPath &P) const {
    if (auto Here = Out.Paths.resolve(E); Here && *Here == P)
      return true;
    return llvm::any_of(E->children(), [&](const Stmt *Child) {
      const auto *Inner = dyn_cast_or_null<Expr>(Child);
      return Inner && mentions(Inner, P);
    });
  }

  /// Integers that the value is made from are bounds, local copies followed.
  void bound(const Expr *E, unsigned Depth) {
    if (auto P = Out.Paths.resolve(E); P && E->getType()->isIntegerType())
      if (auto Location = sharedLocation(*P, Out.Index.scope()))
        Out.Bounds.insert(*Location);
    if (Depth > 3)
      return;
    if (const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenImpCasts())) {
      const auto &Assigned = Out.Fresh.valuesOf(F).Assigned;
      if (auto Values = Assigned.find(dyn_cast<VarDecl>(R->getDecl())); Values != Assigned.end())
        for (const Expr *Value : Values->second)
          bound(Value, Depth + 1);
      return;
    }
    if (isa<CallExpr>(E->IgnoreParenImpCasts()))
      return;
    for (const Stmt *Child : E->children())
      if (const auto *Inner = dyn_cast_or_null<Expr>(Child))
        bound(Inner, Depth + 1);
  }

  /// Records an atomic access; its operands are then no plain ones.
  bool atomic(const Expr *E) {
    auto Op = atomicOperation(E, Context);
    if (!Op)
      return false;
    const Expr *Object = Op->Object;
    auto P = Out.Paths.resolve(Object);
    Atomics.insert(Object->IgnoreParenCasts());
    if (const auto *U = dyn_cast<UnaryOperator>(Object->IgnoreParenCasts()))
      Atomics.insert(U->getSubExpr()->IgnoreParens());
    if (!P)
      return true;
    bool ByPointer = Object->getType()->isPointerType();
    SharedAccess A;
    A.What = !Op->writes() ? SharedAccess::Read : Op->reads() ? SharedAccess::Update : SharedAccess::Write;
    A.Here = ByPointer ? P->pointee() : *P;
    A.At = E;
    A.Value = Op->Operand;
    A.Atomic = Op;
    emit(std::move(A));
    return true;
  }

  void method(const CXXMemberCallExpr *C) {
    const CXXMethodDecl *Method = C->getMethodDecl();
    const Expr *Object = C->getImplicitObjectArgument();
    if (!Method || Out.Index.find(Method) || Object->getType()->isPointerType())
      return;
    bool Reads = Method->isConst() || (Method->getIdentifier() &&
                                       Knowledge::get().Sharing.ReadingMethods.contains(Method->getName()));
    note(Reads ? SharedAccess::Read : SharedAccess::Update, Object);
  }

  bool overloaded(const CXXOperatorCallExpr *O) {
    if (Out.Index.find(O->getDirectCallee()) || O->getNumArgs() == 0)
      return true;
    const Expr *Object = O->getArg(0);
    if (Object->getType()->isPointerType() || !Object->isLValue())
      return true;
    const auto *Method = dyn_cast_or_null<CXXMethodDecl>(O->getDirectCallee());
    bool IsMap = llvm::StringRef(typeName(Object->getType())).ends_with("map");
    if (O->getOperator() == OO_Equal)
      note(SharedAccess::Write, Object, O->getNumArgs() > 1 ? O->getArg(1) : nullptr);
    else if (O->getOperator() == OO_Subscript && IsMap)
      note(SharedAccess::Update, Object);
    else if (Method && !Method->isConst() && O->isAssignmentOp())
      note(SharedAccess::Update, Object);
    else
      note(SharedAccess::Read, Object);
    return true;
  }

  /// Memory handed by address to code that is not seen is written there, unless its type says otherwise.
  template <class Range> void arguments(const Expr *Site, const FunctionDecl *Callee, Range Arguments) {
    if (Callee && Out.Index.find(Callee))
      return;
    llvm::StringRef Name = Callee && Callee->getIdentifier() ? Callee->getName() : llvm::StringRef();
    bool OnlyReads = Knowledge::get().Sharing.TakenOver.contains(Name);
    unsigned Position = 0;
    for (const Expr *Argument : Arguments) {
      unsigned Index = Position++;
      QualType T = Callee && Index < Callee->getNumParams() ? Callee->getParamDecl(Index)->getType()
                                                            : Argument->getType();
      if (!T->isPointerType() && !T->isReferenceType())
        continue;
      auto P = Out.Paths.resolve(Argument);
      if (!P || isObjectReference(T) || isObjectReference(Argument->IgnoreParenCasts()->getType()))
        continue;
      bool Const = OnlyReads || isPointerToConst(T);
      if (T->isReferenceType() && !P->IsAddress)
        emit(Const ? SharedAccess::Read : SharedAccess::Exposed, *P, Argument);
      else if (P->IsAddress || T->isPointerType())
        emit(Const ? SharedAccess::Read : SharedAccess::Exposed, P->pointee(), Argument);
    }
  }

  /// Pointers to Python objects: what is behind them is the callee's business, and it has its own locks.
  bool isObjectReference(QualType T) const {
    if (!T->isPointerType())
      return false;
    const RecordDecl *R = T->getPointeeType()->getAsRecordDecl();
    return R && (isObjectStruct(R) || Knowledge::get().Sharing.RuntimeTypes.contains(typeName(T)));
  }

  void note(SharedAccess::Kind What, const Expr *E, const Expr *Value = nullptr) {
    if (isCopy(E))
      return;
    if (auto P = Out.Paths.resolve(E))
      emit(What, *P, E, Value);
  }

  /// A local variable stands for the memory that it was read from, but using it touches that memory no more.
  static bool isCopy(const Expr *E) {
    const auto *R = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
    const auto *V = R ? dyn_cast<VarDecl>(R->getDecl()) : nullptr;
    return V && V->hasLocalStorage() && !V->getType()->isReferenceType();
  }

  void emit(SharedAccess::Kind What, AccessPath P, const Expr *At, const Expr *Value = nullptr) {
    SharedAccess A;
    A.What = What;
    A.Here = std::move(P);
    A.At = At;
    A.Value = Value;
    emit(std::move(A));
  }

  void emit(SharedAccess A) {
    if (A.Here.Kind == AccessPath::ThreadLocal || (A.Here.Kind == AccessPath::Local && A.Here.Fields.empty()))
      return;
    if (A.Here.Kind == AccessPath::Parameter && A.Here.Fields.empty() &&
        !cast<ParmVarDecl>(A.Here.Root)->getType()->isReferenceType())
      return; // the parameter itself
    if (inAssertion(A.At))
      return;
    A.Here.IsAddress = false;
    A.In = &F;
    Out.add(std::move(A));
  }

  bool inAssertion(const Expr *E) const {
    SourceLocation Loc = E->getBeginLoc();
    const SourceManager &SM = Context.getSourceManager();
    while (Loc.isMacroID()) {
      if (Knowledge::get().Sharing.AssertionMacros.contains(
              Lexer::getImmediateMacroName(Loc, SM, Context.getLangOpts())))
        return true;
      Loc = SM.getImmediateMacroCallerLoc(Loc);
    }
    return false;
  }

  SharedState &Out;
  const Function &F;
  const ASTContext &Context;
  llvm::DenseSet<const Expr *> Atomics;
};

SharedState::SharedState(const UnitIndex &Index, const EntryPoints &Entries, const Contexts &Reach,
                         const PathResolver &Paths, Locksets &Locks)
    : Index(Index), Reach(Reach), Paths(Paths), Locks(Locks), Fresh(Index, Entries, Reach, Paths) {
  for (const EntryPoint &Point : Entries.all())
    EnteredIn[Point.Target].add(Point.Where);
  for (const auto &F : Index.functions())
    collect(*F);
}

void SharedState::collect(const Function &F) {
  if (Reach.of(&F).empty())
    return;
  Paths.enter(F.Decl);
  AccessCollector(*this, F).TraverseStmt(F.Decl->getBody());
}

ContextSet SharedState::racing(const AccessPath &Location) {
  if (Location.Kind == AccessPath::Object)
    return {Context::Concurrent, Context::Detached, Context::Escaped};
  return ManyThreads;
}

bool SharedState::isConcurrent(const SharedAccess &A) {
  ContextSet Racing = racing(A.Location);
  if (!Reach.of(A.owner()).intersects(Racing))
    return false;
  return A.Location.Kind != AccessPath::Object || !Fresh.isPrivate(*A.owner(), A.Here, A.At, Racing);
}

void SharedState::add(SharedAccess A) { nameInCallers(std::move(A), 0); }

void SharedState::nameInCallers(SharedAccess A, unsigned Depth) {
  if (auto Location = sharedLocation(A.Here, Index.scope())) {
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
  const Knowledge &K = Knowledge::get();
  QualType T;
  for (const FieldDecl *Field : P.Fields)
    if (Field) {
      T = Index.context().getBaseElementType(Field->getType());
      if (K.SynchronisedTypes.contains(typeName(T)) || K.LockTypes.contains(typeName(T)) ||
          (isOfRuntime(*Field) && !isTypeBehindVariable(P)))
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
    if (K.Sharing.RuntimeTypes.contains(Name) && (!Whole->isPointerType() || !P.Fields.empty()))
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
  return llvm::any_of(Held, [&](const Guard &G) { return llvm::is_contained(Other.Held, G); });
}

const Guards &SharedState::guardsOf(const SharedAccess &A) {
  auto Key = std::tuple(A.In, A.At, A.Through);
  auto Known = KnownGuards.find(Key);
  if (Known == KnownGuards.end())
    Known = KnownGuards.emplace(Key, guardsAt(A, A.At)).first;
  return Known->second;
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
    if (Outside && Position == ThisArgument && !Argument->getType()->isPointerType())
      Outside->IsAddress = true;
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
          Inside.push_back({*P, nullptr, L.Where});
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

Guards SharedState::guardsAt(const SharedAccess &A, const Expr *Where) {
  ContextSet Racing = racing(A.Location);
  Lockset Held = Locks.at(*A.In, Where, Racing);
  bool Contract = isUnderContract(*A.In);
  for (const Call *C : A.Through) {
    Lockset Outside;
    for (const HeldLock &L : Held)
      if (auto P = Paths.atCall(L.Lock, C->Site))
        Outside.push_back({*P, L.Token, L.Where});
    for (HeldLock &L : Locks.at(*C->In, C->Site, Racing))
      Outside.push_back(std::move(L));
    Held = std::move(Outside);
    Contract |= isUnderContract(*C->In);
  }
  if (A.Location.Kind == AccessPath::Object) {
    if (auto Above = heldByCallers(*A.owner(), A.Here, Racing, 0))
      Held.insert(Held.end(), Above->begin(), Above->end());
    else
      Contract = true; // every caller has an object of its own, or a lock by contract
  }
  Guards G;
  G.Unknown = Contract;
  auto Object = objectOf(A.Here);
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
      G.Held.push_back({true, std::move(Rest)});
      continue;
    }
    AccessPath ByType = L.Lock.byType();
    if (ByType.Kind == AccessPath::Static || ByType.Kind == AccessPath::ModuleState ||
        ByType.Kind == AccessPath::Object)
      G.Held.push_back({false, std::move(ByType)});
    else if (!L.Token || !Object)
      G.Unknown = true;
  }
  return G;
}

} // namespace ungil
