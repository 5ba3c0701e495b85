#include "analysis/Construction.h"

#include "analysis/BindingKnowledge.h"
#include "analysis/BodyVisitor.h"
#include "analysis/Knowledge.h"
#include "analysis/Names.h"
#include "analysis/Teardown.h"
#include "analysis/TypeDiscovery.h"

#include <set>

namespace ungil {

using namespace clang;

namespace {

const CollectorKnowledge &collector() { return Knowledge::get().Collector; }

const FieldDecl *fieldOf(const MemberExpr *M) {
  const auto *F = dyn_cast<FieldDecl>(M->getMemberDecl());
  return F ? F->getCanonicalDecl() : nullptr;
}

/// What an expression stands for when it is tested: self->part, also in `(self->part = f()) == NULL`.
const MemberExpr *memberTested(const Expr *E) {
  E = E->IgnoreParenCasts();
  if (const auto *B = dyn_cast<BinaryOperator>(E); B && B->getOpcode() == BO_Assign)
    E = B->getLHS()->IgnoreParenCasts();
  return dyn_cast<MemberExpr>(E);
}

/// A test of a pointer: the operand, and whether the condition holds when it is null.
struct NullTest {
  const Expr *Operand = nullptr;
  bool HoldsForNull = false;
};
NullTest nullTestOf(const Expr *Condition, const ASTContext &Context) {
  const Expr *E = Condition->IgnoreParenCasts();
  bool Negated = false;
  for (const UnaryOperator *U; (U = dyn_cast<UnaryOperator>(E)) && U->getOpcode() == UO_LNot;
       E = U->getSubExpr()->IgnoreParenCasts())
    Negated = !Negated;
  const auto *B = dyn_cast<BinaryOperator>(E);
  if (!B || !B->isEqualityOp())
    return {E, Negated};
  bool Left = isNullConstant(B->getLHS(), Context), Right = isNullConstant(B->getRHS(), Context);
  if (!Left && !Right)
    return {};
  return {Left ? B->getRHS() : B->getLHS(), (B->getOpcode() == BO_EQ) != Negated};
}

/// A place where a slot's function follows a pointer of the object without a test.
struct Followed {
  const FieldDecl *Field;
  const Expr *At;
  const Function *In;
  bool InTraverse;
};

/// The field, of pointer type and no object's, that the expression or the variable has its value from.
const FieldDecl *pointerIn(const Expr *E, const References &Refs) {
  if (const VarDecl *V = variableNamedBy(E); V && Refs.valuesOf(V).size() == 1)
    E = Refs.valuesOf(V).front()->IgnoreParenCasts();
  const auto *M = dyn_cast<MemberExpr>(E);
  const FieldDecl *Field = M ? fieldOf(M) : nullptr;
  return Field && Field->getType()->isPointerType() && !isReference(Field->getType()) ? Field : nullptr;
}

/// Pointers that a body tests, and the counts of its loops.
class SlotReader : public BodyVisitor {
public:
  explicit SlotReader(const References &Refs) : Refs(Refs) {}
  llvm::DenseSet<const FieldDecl *> Tested;
  std::vector<std::pair<const FieldDecl *, const FieldDecl *>> Counts; ///< and the arrays

  bool VisitStmt(Stmt *S) override {
    const Expr *Condition = nullptr;
    const Stmt *Body = nullptr;
    if (const auto *F = dyn_cast<ForStmt>(S))
      Condition = F->getCond(), Body = F->getBody();
    else if (const auto *W = dyn_cast<WhileStmt>(S))
      Condition = W->getCond(), Body = W->getBody();
    if (Condition && Body) {
      test(Condition);
      pair(Condition, Body);
    }
    return true;
  }
  bool VisitIfStmt(IfStmt *S) override { return test(S->getCond()); }
  bool VisitConditionalOperator(ConditionalOperator *C) override { return test(C->getCond()); }
  bool VisitBinaryOperator(BinaryOperator *B) override {
    if (B->isLogicalOp()) {
      test(B->getLHS());
      test(B->getRHS());
    }
    return true;
  }

private:
  struct Members : BodyVisitor {
    std::vector<const FieldDecl *> Found;
    bool ElementsOnly = false;
    bool VisitMemberExpr(MemberExpr *M) override {
      if (const FieldDecl *F = ElementsOnly ? nullptr : fieldOf(M))
        Found.push_back(F);
      return true;
    }
    bool VisitArraySubscriptExpr(ArraySubscriptExpr *S) override {
      const auto *M = dyn_cast<MemberExpr>(S->getBase()->IgnoreParenCasts());
      if (const FieldDecl *F = ElementsOnly && M ? fieldOf(M) : nullptr)
        Found.push_back(F);
      return true;
    }
  };

  bool test(const Expr *Condition) {
    const Expr *Operand = nullTestOf(Condition, Refs.index().context()).Operand;
    if (const FieldDecl *Field = Operand ? pointerIn(Operand->IgnoreParenCasts(), Refs) : nullptr)
      Tested.insert(Field);
    return true;
  }

  void pair(const Expr *Condition, const Stmt *Body) {
    Members Bounds, Elements;
    Elements.ElementsOnly = true;
    Bounds.TraverseStmt(const_cast<Expr *>(Condition));
    Elements.TraverseStmt(const_cast<Stmt *>(Body));
    for (const FieldDecl *Count : Bounds.Found)
      for (const FieldDecl *Array : Elements.Found)
        if (Count->getType()->isIntegerType())
          Counts.push_back({Count, Array});
  }

  const References &Refs;
};

/// What a function follows whatever the fields of its object hold: outside of branches and loops, and before
/// it leaves because of a field.
class UnguardedReader {
public:
  UnguardedReader(const References &Refs, std::vector<Followed> &Found) : Refs(Refs), Found(Found) {}

  void read(const Function *F, bool InTraverse, unsigned Depth = 0) {
    constexpr unsigned MaxDepth = 3;
    if (!F || Depth > MaxDepth)
      return;
    const Function *Outer = In;
    In = F;
    Traverses = InTraverse;
    std::vector<const Function *> Callees;
    walk(F->Decl->getBody(), Callees);
    for (const Function *Callee : Callees)
      read(Callee, InTraverse, Depth + 1);
    In = Outer;
  }

private:
  struct MentionsField : BodyVisitor {
    bool Found = false;
    bool VisitMemberExpr(MemberExpr *M) override {
      Found |= fieldOf(M) != nullptr;
      return !Found;
    }
  };
  static bool mentionsField(const Stmt *S) {
    MentionsField Visitor;
    if (S)
      Visitor.TraverseStmt(const_cast<Stmt *>(S));
    return Visitor.Found;
  }

  /// Returns and jumps, but for those that the result of a visit decides.
  static bool leaves(const Stmt *S) {
    if (!S || isa<ReturnStmt, GotoStmt, BreakStmt, ContinueStmt>(S))
      return S;
    const auto *If = dyn_cast<IfStmt>(S);
    return (!If || mentionsField(If->getCond())) && llvm::any_of(S->children(), leaves);
  }

  /// False when a field decides whether what follows runs.
  bool walk(const Stmt *S, std::vector<const Function *> &Callees) {
    if (!S)
      return true;
    if (const auto *If = dyn_cast<IfStmt>(S)) {
      bool Decides =
          mentionsField(If->getCond()) && (leaves(If->getThen()) || (If->getElse() && leaves(If->getElse())));
      return walk(If->getCond(), Callees) && !Decides;
    }
    if (const auto *L = dyn_cast<ForStmt>(S))
      return walk(L->getInit(), Callees) && walk(L->getCond(), Callees);
    if (const auto *L = dyn_cast<WhileStmt>(S))
      return walk(L->getCond(), Callees);
    if (const auto *C = dyn_cast<AbstractConditionalOperator>(S))
      return walk(C->getCond(), Callees);
    if (const auto *B = dyn_cast<BinaryOperator>(S); B && B->isLogicalOp())
      return walk(B->getLHS(), Callees);
    if (isa<SwitchStmt, CXXForRangeStmt, LambdaExpr>(S))
      return true;
    for (const Stmt *Child : S->children())
      if (!walk(Child, Callees))
        return false;
    if (const auto *C = dyn_cast<CallExpr>(S))
      if (const Function *Callee = Refs.index().find(calleeOf(C)))
        Callees.push_back(Callee);
    if (const auto *M = dyn_cast<MemberExpr>(S); M && M->isArrow())
      if (const FieldDecl *Field = pointerIn(M->getBase()->IgnoreParenCasts(), Refs))
        Found.push_back({Field, M, In, Traverses});
    return true;
  }

  const References &Refs;
  std::vector<Followed> &Found;
  const Function *In = nullptr;
  bool Traverses = false;
};

/// What the slots of the types of one struct expect of its fields.
struct Expectations {
  llvm::DenseSet<const FieldDecl *> Visited;
  std::vector<std::pair<const FieldDecl *, const FieldDecl *>> Counts;
  std::vector<Followed> Pointers;
  bool TrackedByAlloc = false;
};

Expectations expectationsOf(const RecordDecl *Struct, const TypeGraph &Types) {
  Expectations Found;
  llvm::DenseSet<const FieldDecl *> Tested;
  bool Any = false, Collected = true;
  for (const auto &T : Types.types()) {
    if (!T->Struct || T->Struct->getCanonicalDecl() != Struct->getCanonicalDecl())
      continue;
    Any = true;
    Collected = Collected && Types.isCollected(*T) == Answer::Yes && !T->slot("tp_alloc");
    for (const char *Name : {"tp_traverse", "tp_dealloc"}) {
      const Function *Body = Types.effective(*T, Name).Body;
      if (!Body)
        continue;
      bool Traverses = llvm::StringRef(Name) == "tp_traverse";
      const Effects &E = Types.references().of(Body);
      for (const ReferenceOp &Op : E.Ops)
        if (const auto *Field = dyn_cast_or_null<FieldDecl>(Op.Where.Decl);
            Field && Traverses && Op.What == ReferenceOp::Visit)
          Found.Visited.insert(Field);
      UnguardedReader(Types.references(), Found.Pointers).read(Body, Traverses);
      for (const Function *F : E.Functions) {
        SlotReader Reader(Types.references());
        Reader.TraverseStmt(F->Decl->getBody());
        Tested.insert(Reader.Tested.begin(), Reader.Tested.end());
        if (Traverses)
          Found.Counts.insert(Found.Counts.end(), Reader.Counts.begin(), Reader.Counts.end());
      }
    }
  }
  Found.TrackedByAlloc = Any && Collected;
  llvm::erase_if(Found.Pointers, [&](const Followed &P) {
    return Tested.contains(P.Field) || P.Field->getParent()->getCanonicalDecl() != Struct->getCanonicalDecl();
  });
  return Found;
}

/// A field of an object that the function makes, or the elements of an array that it is.
struct Target {
  const VarDecl *Object = nullptr;
  std::vector<std::pair<const FieldDecl *, bool>> Fields; ///< and whether elements are meant
};

struct StoreSeen {
  const VarDecl *Object;
  const FieldDecl *Field;
  bool Elements;
  const Expr *At, *Value;
};

/// The objects that a function makes, other names for them, and what it stores in them.
class MakerReader : public BodyVisitor {
public:
  explicit MakerReader(const References &Refs) : Refs(Refs) {}
  llvm::DenseMap<const VarDecl *, const RecordDecl *> Objects; ///< and their structs, where known
  std::vector<StoreSeen> Stores;

  static bool isRaw(const Expr *E) {
    llvm::StringRef Name = calleeName(E->IgnoreParenCasts());
    return collector().AllocateCollected.contains(Name) || collector().AllocatePlain.contains(Name);
  }
  static bool isZeroed(const Expr *E) {
    const auto *C = dyn_cast<CallExpr>(E->IgnoreParenCasts());
    const auto *Slot = C ? dyn_cast<MemberExpr>(C->getCallee()->IgnoreParenCasts()) : nullptr;
    return C && BindingKnowledge::get().AllocateTracked.contains(Slot ? Slot->getMemberDecl()->getName()
                                                                      : calleeName(C));
  }

  /// The variable that stands for the object: itself, or what it is a copy of.
  const VarDecl *rootOf(const Expr *E) const {
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

  Target targetOf(const Expr *E) const {
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
      const FieldDecl *Field = M ? fieldOf(M) : nullptr;
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

  bool TraverseLambdaExpr(LambdaExpr *) override { return true; }
  bool VisitVarDecl(VarDecl *V) override {
    if (V->getInit())
      value(V, V->getInit());
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *B) override {
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
  bool VisitMemberExpr(MemberExpr *M) override {
    const VarDecl *V = M->isArrow() ? rootOf(M->getBase()) : nullptr;
    const auto *Record = dyn_cast<RecordDecl>(M->getMemberDecl()->getDeclContext());
    if (V && Record && isObjectStruct(Record) && isOwnStruct(Record))
      Structs.try_emplace(V, Record);
    return true;
  }

  void finish() {
    for (auto &[V, Struct] : Objects)
      if (!Struct)
        Struct = Structs.lookup(V);
  }

private:
  void value(const VarDecl *V, const Expr *Value) {
    if (V->hasGlobalStorage() || (!isRaw(Value) && !isZeroed(Value)))
      return;
    const RecordDecl *Struct =
        V->getType()->isPointerType() ? V->getType()->getPointeeType()->getAsRecordDecl() : nullptr;
    Objects.try_emplace(V, Struct && isOwnStruct(Struct) ? Struct->getDefinition() : nullptr);
  }

  const References &Refs;
  llvm::DenseMap<const VarDecl *, const RecordDecl *> Structs;
};

/// Walks the paths of one function.
class MakerFlow {
public:
  struct Object {
    bool Made = false, Zeroed = false, Tracked = false, AllSet = false;
    std::set<std::pair<const FieldDecl *, bool>> Set; ///< fields, and elements of fields
    std::set<const FieldDecl *> Ready;                ///< set to something that is not null
    const Expr *TrackedAt = nullptr, *PublishedAt = nullptr;
    std::string PublishedIn;
    bool operator==(const Object &) const = default;
  };
  using State = std::map<const VarDecl *, Object>;

  MakerFlow(Unit &U, const Function *In, const MakerReader &Reader,
            const std::function<const Expectations &(const RecordDecl *)> &Expected,
            std::vector<ConstructionFault> &Found)
      : U(U), Refs(U.types().references()), In(In), Reader(Reader), Expected(Expected), Found(Found) {}

  State entry() { return {}; }
  bool join(State &Into, const State &From) {
    State Old = Into;
    for (auto It = Into.begin(); It != Into.end();) {
      auto Other = From.find(It->first);
      if (Other == From.end()) {
        It = Into.erase(It);
        continue;
      }
      meet(It->second, Other->second);
      ++It;
    }
    return Old != Into;
  }
  void apply(State &S, const CFGElement &E) { step(S, E, false); }
  void visit(const State &S, const CFGElement &E) {
    State Copy = S;
    step(Copy, E, true);
  }
  void applyEdge(State &S, const CFGBlock &From, unsigned Successor) {
    const auto *Condition = dyn_cast_or_null<Expr>(From.getTerminatorCondition());
    if (!Condition || From.succ_size() != 2)
      return;
    NullTest Test = nullTestOf(Condition, U.context());
    if (!Test.Operand || (Successor == 0) != Test.HoldsForNull)
      return;
    if (const VarDecl *V = Reader.rootOf(Test.Operand))
      S.erase(V); // there is no object here
    const MemberExpr *M = memberTested(Test.Operand);
    Target T = M ? Reader.targetOf(M) : Target();
    if (auto It = S.find(T.Object); T.Object && It != S.end())
      It->second.Ready.erase(T.Fields.back().first);
  }
  void leave(const State &) {}

private:
  static void meet(Object &Into, const Object &From) {
    Into.Made &= From.Made;
    Into.Zeroed &= From.Zeroed;
    Into.Tracked &= From.Tracked;
    Into.AllSet &= From.AllSet;
    std::erase_if(Into.Set, [&](const auto &F) { return !From.Set.contains(F); });
    std::erase_if(Into.Ready, [&](const FieldDecl *F) { return !From.Ready.contains(F); });
    if (!From.TrackedAt)
      Into.TrackedAt = nullptr;
    if (!From.PublishedAt)
      Into.PublishedAt = nullptr;
  }

  const Expectations &expectedOf(const VarDecl *V) const {
    static const Expectations None;
    const RecordDecl *Struct = Reader.Objects.lookup(V);
    return Struct ? Expected(Struct) : None;
  }

  void step(State &S, const CFGElement &Element, bool Report) {
    auto Statement = Element.getAs<CFGStmt>();
    if (!Statement)
      return;
    if (const auto *D = dyn_cast<DeclStmt>(Statement->getStmt())) {
      for (const Decl *Declared : D->decls())
        if (const auto *V = dyn_cast<VarDecl>(Declared); V && V->getInit())
          make(S, V, V->getInit());
    } else if (const auto *B = dyn_cast<BinaryOperator>(Statement->getStmt())) {
      if (B->getOpcode() == BO_Assign)
        assign(S, B, Report);
    } else if (const auto *C = dyn_cast<CallExpr>(Statement->getStmt())) {
      call(S, C, Report);
    }
  }

  void make(State &S, const VarDecl *V, const Expr *Value) {
    if (!Reader.Objects.contains(V))
      return;
    bool Zeroed = MakerReader::isZeroed(Value);
    if (!Zeroed && !MakerReader::isRaw(Value)) {
      if (!variableNamedBy(Value))
        S.erase(V);
      return;
    }
    Object &O = S[V] = {};
    O.Made = true;
    O.Zeroed = Zeroed;
    O.Tracked = Zeroed && expectedOf(V).TrackedByAlloc;
    O.TrackedAt = O.Tracked ? Value->IgnoreParenCasts() : nullptr;
  }

  void assign(State &S, const BinaryOperator *B, bool Report) {
    if (const VarDecl *V = variableNamedBy(B->getLHS()); V && !V->hasGlobalStorage())
      return make(S, V, B->getRHS());
    publish(S, B->getLHS(), B->getRHS(), B);
    if (const auto *Deref = dyn_cast<UnaryOperator>(B->getLHS()->IgnoreParenCasts());
        Deref && Deref->getOpcode() == UO_Deref)
      setAll(S, Deref->getSubExpr());
    Target T = Reader.targetOf(B->getLHS());
    auto It = T.Object ? S.find(T.Object) : S.end();
    if (It == S.end())
      return;
    Object &O = It->second;
    for (auto Place : T.Fields) {
      if (Report && O.PublishedAt && !O.AllSet && !O.Set.contains(Place))
        tellPublished(T.Object, O, Place.first, B);
      O.Set.insert(Place);
      if (isNullConstant(B->getRHS(), U.context()))
        O.Ready.erase(Place.first);
      else if (!Place.second)
        O.Ready.insert(Place.first);
    }
  }

  void setAll(State &S, const Expr *Pointer) {
    const VarDecl *V = Reader.rootOf(Pointer);
    if (auto It = S.find(V); V && It != S.end())
      It->second.AllSet = true;
  }

  /// The object is stored in a variable with static storage or in what one leads to, with no lock.
  void publish(State &S, const Expr *Target, const Expr *Value, const Expr *At) {
    const VarDecl *V = Reader.rootOf(Value);
    auto It = V ? S.find(V) : S.end();
    auto Place = It == S.end() ? std::nullopt : U.paths().resolve(Target);
    if (!Place || (Place->Kind != AccessPath::Static && Place->Kind != AccessPath::ModuleState))
      return;
    if (It->second.PublishedAt || !U.locks().within(*In, At).empty())
      return;
    It->second.PublishedAt = At;
    It->second.PublishedIn = Place->spelling();
  }

  void call(State &S, const CallExpr *C, bool Report) {
    llvm::StringRef Name = calleeName(C);
    const Expr *First = C->getNumArgs() ? C->getArg(0) : nullptr;
    const VarDecl *V = First ? Reader.rootOf(First) : nullptr;
    auto It = V ? S.find(V) : S.end();
    const CollectorKnowledge &K = collector();
    if (K.Track.contains(Name) && It != S.end())
      return track(V, It->second, C, Report);
    if (K.Untrack.contains(Name) && It != S.end()) {
      It->second.Tracked = false;
      return;
    }
    if (Report && K.Drops.contains(Name) && It != S.end())
      tellDropped(V, It->second, C);
    if (Report && letsOthersRun(C))
      for (const auto &[Other, O] : S)
        tellSeen(Other, O, C);
    const Knowledge &All = Knowledge::get();
    if (auto Kept = All.Retained.find(Name);
        Kept != All.Retained.end() && All.ChangesContainer.contains(Name))
      for (int Position : Kept->second)
        if (const Expr *Value = argumentOf(C, Position))
          publish(S, First, Value, C);
    spread(S, C, Name);
  }

  /// What a callee that gets the object can set.
  void spread(State &S, const CallExpr *C, llvm::StringRef Name) {
    const Function *Callee = U.index().find(calleeOf(C));
    bool IsApi = collector().PythonApi.contains(Name);
    const Expr *This = argumentOf(C, ThisArgument);
    for (unsigned I = 0; I < C->getNumArgs() + 1; ++I) {
      const Expr *Argument = I < C->getNumArgs() ? C->getArg(I) : This;
      if (!Argument)
        continue;
      if (const auto *Address = dyn_cast<UnaryOperator>(Argument->IgnoreParenCasts());
          Address && Address->getOpcode() == UO_AddrOf) {
        Target T = Reader.targetOf(Address->getSubExpr());
        if (auto It = T.Object ? S.find(T.Object) : S.end(); It != S.end())
          for (auto Place : T.Fields) {
            It->second.Set.insert(Place);
            It->second.Ready.insert(Place.first);
          }
      }
      const VarDecl *V = Reader.rootOf(Argument);
      auto It = V ? S.find(V) : S.end();
      if (It == S.end() || (!Callee && IsApi))
        continue;
      if (!Callee)
        It->second.AllSet = true;
      else
        for (const FieldDecl *F : Refs.of(Callee).Mentioned) {
          It->second.Set.insert({F, false});
          It->second.Set.insert({F, true});
          It->second.Ready.insert(F);
        }
    }
  }

  bool letsOthersRun(const CallExpr *C) const {
    return ungil::letsOthersRun(calleeName(C)) || calleeLetsOthersRun(U.index().find(calleeOf(C)), 0);
  }
  bool calleeLetsOthersRun(const Function *F, unsigned Depth) const {
    constexpr unsigned MaxDepth = 2;
    return F && llvm::any_of(F->Calls, [&](const Call &C) {
             return ungil::letsOthersRun(calleeName(C.Site)) ||
                    (Depth < MaxDepth && calleeLetsOthersRun(U.index().find(C.Callee), Depth + 1));
           });
  }

  void track(const VarDecl *V, Object &O, const CallExpr *C, bool Report) {
    if (Report && O.Tracked && O.TrackedAt)
      tell(fault(ConstructionFault::TrackedTwice, V, nullptr, C, O.TrackedAt));
    if (Report && O.Made && !O.Zeroed && !O.AllSet)
      for (const FieldDecl *Field : unsetFields(V, O, C))
        tell(fault(ConstructionFault::Unset, V, Field, C, storeAfter(V, Field, C)));
    O.Tracked = true;
    O.TrackedAt = C;
  }

  std::vector<const FieldDecl *> unsetFields(const VarDecl *V, const Object &O, const Expr *At) const {
    std::vector<const FieldDecl *> Unset;
    if (const RecordDecl *Struct = Reader.Objects.lookup(V))
      addUnset(V, O, At, expectedOf(V), Struct->getDefinition(), Unset);
    return Unset;
  }
  void addUnset(const VarDecl *V, const Object &O, const Expr *At, const Expectations &Expected,
                const RecordDecl *Record, std::vector<const FieldDecl *> &Unset) const {
    for (const FieldDecl *Declared : Record ? Record->fields() : RecordDecl::field_range({}, {})) {
      const FieldDecl *Field = Declared->getCanonicalDecl();
      if (O.Set.contains({Field, false}) || elementsStoredBefore(V, Field, At))
        continue;
      if (Expected.Visited.contains(Field) && Field->getType()->isAnyPointerType()) {
        Unset.push_back(Field);
        continue;
      }
      const RecordDecl *Inner = Field->getType()->getAsRecordDecl();
      if (Inner && !isObjectStruct(Inner) && U.scope().contains(Inner->getLocation()))
        addUnset(V, O, At, Expected, Inner->getDefinition(), Unset);
      else if (Inner && isOwnStruct(Inner))
        addUnset(V, O, At, Expected, Inner->getDefinition(), Unset);
    }
  }
  bool elementsStoredBefore(const VarDecl *V, const FieldDecl *Field, const Expr *At) const {
    return llvm::any_of(Reader.Stores, [&](const StoreSeen &S) {
      return S.Object == V && S.Field == Field && S.Elements && writtenBefore(S.At, At, U.sources());
    });
  }
  const Expr *storeAfter(const VarDecl *V, const FieldDecl *Field, const Expr *At) const {
    for (const StoreSeen &S : Reader.Stores)
      if (S.Object == V && S.Field == Field && U.sources().isBeforeInTranslationUnit(begin(At), end(S.At)))
        return S.At;
    return nullptr;
  }
  SourceLocation begin(const Expr *E) const { return U.sources().getExpansionLoc(E->getBeginLoc()); }
  SourceLocation end(const Expr *E) const { return U.sources().getExpansionLoc(E->getEndLoc()); }
  const Expr *storeBefore(const VarDecl *V, const FieldDecl *Field, const Expr *At) const {
    const Expr *Last = nullptr;
    for (const StoreSeen &S : Reader.Stores)
      if (S.Object == V && S.Field == Field && !S.Elements && writtenBefore(S.At, At, U.sources()))
        Last = S.At;
    return Last;
  }
  bool isZeroedArray(const VarDecl *V, const Object &O, const FieldDecl *Array) const {
    if (Array->getType()->isArrayType())
      return O.Zeroed;
    return llvm::any_of(Reader.Stores, [&](const StoreSeen &S) {
      llvm::StringRef Name = calleeName(S.Value->IgnoreParenCasts());
      return S.Object == V && S.Field == Array && !S.Elements &&
             Name.lower().find("calloc") != std::string::npos;
    });
  }

  ConstructionFault fault(ConstructionFault::Kind What, const VarDecl *V, const FieldDecl *Field,
                          const Expr *At, const Expr *Later) const {
    ConstructionFault F;
    F.What = What;
    F.In = In;
    F.Object = V;
    F.Field = Field;
    F.At = At;
    F.Later = Later;
    return F;
  }

  void tellFollowed(ConstructionFault F, const Followed &P) {
    F.Follows = P.At;
    F.FollowsIn = P.In;
    tell(std::move(F));
  }

  void tellDropped(const VarDecl *V, const Object &O, const CallExpr *C) {
    if (!O.Zeroed || O.AllSet)
      return;
    for (const Followed &P : expectedOf(V).Pointers)
      if (!P.InTraverse && !O.Ready.contains(P.Field))
        return tellFollowed(fault(ConstructionFault::Dropped, V, P.Field, C, nullptr), P);
  }

  void tellSeen(const VarDecl *V, const Object &O, const CallExpr *C) {
    if (!O.Tracked || O.AllSet)
      return;
    const Expectations &E = expectedOf(V);
    for (const Followed &P : E.Pointers)
      if (const Expr *Later = storeAfter(V, P.Field, C);
          Later && P.InTraverse && O.Zeroed && !O.Ready.contains(P.Field))
        return tellFollowed(fault(ConstructionFault::Seen, V, P.Field, C, Later), P);
    for (auto [Count, Array] : E.Counts) {
      if (!O.Set.contains({Count, false}) || O.Set.contains({Array, true}) || isZeroedArray(V, O, Array))
        continue;
      const Expr *Counted = storeBefore(V, Count, C);
      const Expr *Filled = storeAfter(V, Array, C);
      if (!Counted || !Filled)
        continue;
      ConstructionFault F = fault(ConstructionFault::CountFirst, V, Array, Counted, Filled);
      F.Count = Count;
      F.Meanwhile = C;
      return tell(std::move(F));
    }
  }

  void tellPublished(const VarDecl *V, const Object &O, const FieldDecl *Field, const Expr *Later) {
    ContextSet Shared = U.contexts().of(In);
    if (!Shared.intersects(ManyThreads))
      return;
    ConstructionFault F = fault(ConstructionFault::Published, V, Field, O.PublishedAt, Later);
    F.Where = O.PublishedIn;
    tell(std::move(F));
  }

  void tell(ConstructionFault F) {
    bool Known = llvm::any_of(Found, [&](const ConstructionFault &Other) {
      return Other.At == F.At && Other.What == F.What &&
             (Other.Field == F.Field || F.What == ConstructionFault::Published);
    });
    if (!Known)
      Found.push_back(std::move(F));
  }

  Unit &U;
  const References &Refs;
  const Function *In;
  const MakerReader &Reader;
  const std::function<const Expectations &(const RecordDecl *)> &Expected;
  std::vector<ConstructionFault> &Found;
};

} // namespace

std::vector<ConstructionFault> constructionFaults(Unit &U) {
  std::vector<ConstructionFault> Found;
  if (U.types().types().empty())
    return Found;
  std::map<const RecordDecl *, Expectations> Known;
  std::function<const Expectations &(const RecordDecl *)> Expected =
      [&](const RecordDecl *Struct) -> const Expectations & {
    auto [It, New] = Known.try_emplace(cast<RecordDecl>(Struct->getCanonicalDecl()));
    if (New)
      It->second = expectationsOf(It->first, U.types());
    return It->second;
  };
  for (const auto &F : U.index().functions()) {
    MakerReader Reader(U.types().references());
    Reader.TraverseStmt(F->Decl->getBody());
    Reader.finish();
    auto Graph = Reader.Objects.empty() ? nullptr : FlowGraph::of(F->Decl);
    if (!Graph)
      continue;
    MakerFlow Flow(U, F.get(), Reader, Expected, Found);
    solveForward(Graph->cfg(), Flow);
  }
  llvm::sort(Found, [&](const ConstructionFault &A, const ConstructionFault &B) {
    return A.At != B.At ? writtenBefore(A.At, B.At, U.sources())
                        : A.Field && B.Field && A.Field->getFieldIndex() < B.Field->getFieldIndex();
  });
  return Found;
}

} // namespace ungil
